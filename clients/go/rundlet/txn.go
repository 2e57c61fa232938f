package rundlet

import (
	"context"

	"rundlet/clients/go/rundletpb"
)

// Txn is a transaction that is being put together: if all conditions hold its
// operations apply, all or none.
type Txn struct {
	client  *Client
	request *rundletpb.CommitRequest
}

// Txn begins a transaction.
func (c *Client) Txn() *Txn {
	return &Txn{c, &rundletpb.CommitRequest{
		Durability: rundletpb.Durability(c.settings.durability),
		JsonAsText: true,
	}}
}

// If adds conditions.
func (t *Txn) If(conditions ...Condition) *Txn {
	for _, condition := range conditions {
		t.request.Conditions = append(t.request.Conditions, condition.message)
	}
	return t
}

// Then adds operations.
func (t *Txn) Then(operations ...Operation) *Txn {
	t.request.Operations = appendOperations(t.request.Operations, operations)
	return t
}

// Otherwise adds operations to apply instead if a condition does not hold;
// possibly none, so that this is no error.
func (t *Txn) Otherwise(operations ...Operation) *Txn {
	if t.request.Otherwise == nil {
		t.request.Otherwise = &rundletpb.Otherwise{}
	}
	t.request.Otherwise.Operations = appendOperations(
		t.request.Otherwise.Operations, operations)
	return t
}

func appendOperations(messages []*rundletpb.Operation,
	operations []Operation) []*rundletpb.Operation {
	for _, operation := range operations {
		messages = append(messages, operation.message)
	}
	return messages
}

// OperationResult is what one operation found.
type OperationResult struct {
	// Existed: the key existed just before it.
	Existed bool

	// Entry is what a get read, or, with ReturnPrevious, what was there
	// before.
	Entry *Entry

	// Sum is the number that an add made.
	Sum int64

	// Updated: the key has the new expiry.
	Updated bool

	// DeletedCount is how many keys the delete of a range removed, and
	// Entries, with ReturnPrevious, what they were.
	DeletedCount uint64
	Entries      []*Entry
}

// CommitResult is what a transaction did.
type CommitResult struct {
	Receipt

	// Applied: all conditions held. Else the operations of Otherwise applied.
	Applied bool

	// Results has one for each operation that applied.
	Results []OperationResult

	// FailedCondition is why not Applied.
	FailedCondition *FailedCondition
}

// Commit applies the transaction. If a condition does not hold and there is no
// Otherwise, it is ErrConditionFailed and nothing was done.
func (t *Txn) Commit(ctx context.Context, options ...CommitOption) (
	CommitResult, error) {
	for _, option := range options {
		option.commit(t.request)
	}
	answer, err := write(ctx, t.client, t.client.store.Commit, t.request)
	if err != nil {
		return CommitResult{}, err
	}
	result := CommitResult{
		Receipt: receiptFrom(answer),
		Applied: answer.GetBranch() == rundletpb.Branch_BRANCH_OPERATIONS,
	}
	for _, one := range answer.GetResults() {
		result.Results = append(result.Results, OperationResult{
			Existed:      one.GetExisted(),
			Entry:        entryFrom(one.GetEntry()),
			Sum:          one.GetSum(),
			Updated:      one.GetUpdated(),
			DeletedCount: one.GetDeletedCount(),
			Entries:      entriesFrom(one.GetEntries()),
		})
	}
	if failed := answer.GetFailedCondition(); failed != nil {
		result.FailedCondition = &FailedCondition{
			Index:    int(failed.GetIndex()),
			Exists:   failed.GetExists(),
			Revision: failed.GetRevision(),
			Version:  failed.GetVersion(),
		}
	}
	return result, nil
}
