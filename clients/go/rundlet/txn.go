package rundlet

import (
	"context"

	"rundlet/clients/go/rundletpb"
)

// Condition is a statement about one key before a transaction's operations. An
// absent key has revision, create revision and version 0.
type Condition struct {
	message *rundletpb.Condition
}

// Exists: the key exists.
func Exists(key string) Condition {
	return Condition{&rundletpb.Condition{
		Key: key, Test: &rundletpb.Condition_Exists{Exists: true}}}
}

// Absent: the key is absent.
func Absent(key string) Condition {
	return Condition{&rundletpb.Condition{
		Key: key, Test: &rundletpb.Condition_Exists{Exists: false}}}
}

// Number is a number of a key, to be compared.
type Number struct {
	about func(*rundletpb.NumberComparison) Condition
}

// RevisionOf is the key's revision.
func RevisionOf(key string) Number {
	return Number{func(n *rundletpb.NumberComparison) Condition {
		return Condition{&rundletpb.Condition{
			Key: key, Test: &rundletpb.Condition_Revision{Revision: n}}}
	}}
}

// CreateRevisionOf is the revision that made the key exist.
func CreateRevisionOf(key string) Number {
	return Number{func(n *rundletpb.NumberComparison) Condition {
		return Condition{&rundletpb.Condition{Key: key,
			Test: &rundletpb.Condition_CreateRevision{CreateRevision: n}}}
	}}
}

// VersionOf is the number of the key's writes.
func VersionOf(key string) Number {
	return Number{func(n *rundletpb.NumberComparison) Condition {
		return Condition{&rundletpb.Condition{
			Key: key, Test: &rundletpb.Condition_Version{Version: n}}}
	}}
}

// Equal: it is n.
func (number Number) Equal(n uint64) Condition {
	return number.about(&rundletpb.NumberComparison{
		Comparison: &rundletpb.NumberComparison_Equal{Equal: n}})
}

// NotEqual: it is not n.
func (number Number) NotEqual(n uint64) Condition {
	return number.about(&rundletpb.NumberComparison{
		Comparison: &rundletpb.NumberComparison_NotEqual{NotEqual: n}})
}

// Less: it is less than n.
func (number Number) Less(n uint64) Condition {
	return number.about(&rundletpb.NumberComparison{
		Comparison: &rundletpb.NumberComparison_Less{Less: n}})
}

// Greater: it is greater than n.
func (number Number) Greater(n uint64) Condition {
	return number.about(&rundletpb.NumberComparison{
		Comparison: &rundletpb.NumberComparison_Greater{Greater: n}})
}

// ValueEquals: the key exists and has this value; JSON is compared by its text.
func ValueEquals(key string, value Value) Condition {
	return valueCondition(key, &rundletpb.ValueComparison{
		Comparison: &rundletpb.ValueComparison_Equal{Equal: value.toWire()}})
}

// ValueDiffers: the key is absent, or has another value.
func ValueDiffers(key string, value Value) Condition {
	return valueCondition(key, &rundletpb.ValueComparison{
		Comparison: &rundletpb.ValueComparison_NotEqual{
			NotEqual: value.toWire()}})
}

func valueCondition(key string, v *rundletpb.ValueComparison) Condition {
	return Condition{&rundletpb.Condition{
		Key: key, Test: &rundletpb.Condition_Value{Value: v}}}
}

// Operation is one step of a transaction.
type Operation struct {
	message *rundletpb.Operation
}

// Get reads a key.
func Get(key string) Operation {
	return Operation{&rundletpb.Operation{
		Operation: &rundletpb.Operation_Get{
			Get: &rundletpb.GetOperation{Key: key}}}}
}

// Put writes a key.
func Put(key string, value Value, expiry ...PutExpiry) Operation {
	put := &rundletpb.PutOperation{Key: key, Value: value.toWire()}
	for _, option := range expiry {
		option.putOperation(put)
	}
	return Operation{&rundletpb.Operation{
		Operation: &rundletpb.Operation_Put{Put: put}}}
}

// Delete removes a key.
func Delete(key string) Operation {
	return Operation{&rundletpb.Operation{
		Operation: &rundletpb.Operation_Delete{
			Delete: &rundletpb.DeleteOperation{Key: key}}}}
}

// SetExpiry gives an existing key another expiry.
func SetExpiry(key string, expiry Expiry) Operation {
	operation := &rundletpb.SetExpiryOperation{Key: key}
	switch {
	case expiry.ttl != nil:
		operation.Expiry = &rundletpb.SetExpiryOperation_Ttl{Ttl: expiry.ttl}
	case expiry.time != nil:
		operation.Expiry = &rundletpb.SetExpiryOperation_ExpireTime{
			ExpireTime: expiry.time}
	default:
		operation.Expiry = &rundletpb.SetExpiryOperation_Never{Never: true}
	}
	return Operation{&rundletpb.Operation{
		Operation: &rundletpb.Operation_SetExpiry{SetExpiry: operation}}}
}

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
			one.GetExisted(), entryFrom(one.GetEntry())})
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
