package rundlet

import (
	"context"

	"rundlet/clients/go/rundletpb"
)

// Initial is what a key that is absent counts as for an add.
type Initial int64

func (n Initial) add(request *rundletpb.AddRequest) {
	request.Initial = int64(n)
}

func (n Initial) addOperation(operation *rundletpb.AddOperation) {
	operation.Initial = int64(n)
}

// KeysMax lets the delete of a range remove only so many keys, the first ones.
type KeysMax uint64

func (n KeysMax) deleteRange(request *rundletpb.DeleteRangeRequest) {
	request.KeysMax = uint64(n)
}

// AddResult is what an add did.
type AddResult struct {
	Receipt

	// Sum is the key's number now.
	Sum int64

	// Existed: the key had a number before.
	Existed bool

	// Previous is what was there before, with ReturnPrevious.
	Previous *Entry
}

// Add adds to a number, which is a text of decimal digits; a key that is absent
// is created. ErrNotANumber: it has another value. ErrSumOutOfRange: the sum is
// no int64.
func (c *Client) Add(ctx context.Context, key string, delta int64,
	options ...AddOption) (AddResult, error) {
	request := &rundletpb.AddRequest{
		Key:        key,
		Delta:      delta,
		Durability: rundletpb.Durability(c.settings.durability),
		JsonAsText: true,
	}
	for _, option := range options {
		option.add(request)
	}
	answer, err := write(ctx, c, c.store.Add, request)
	if err != nil {
		return AddResult{}, err
	}
	return AddResult{
		Receipt:  receiptFrom(answer),
		Sum:      answer.GetSum(),
		Existed:  answer.GetExisted(),
		Previous: entryFrom(answer.GetPrevious()),
	}, nil
}

// DeleteRangeResult is what the delete of a range did.
type DeleteRangeResult struct {
	Receipt

	// DeletedCount is how many keys were removed. If that is less than
	// KeysMax, nothing of the range is left.
	DeletedCount uint64

	// Previous is what was there before, in key order, with ReturnPrevious.
	Previous []*Entry
}

// DeleteRange removes the keys of a range in one step, which is bounded by
// transaction_operations_max of Limits: for a larger range give KeysMax and
// repeat it.
func (c *Client) DeleteRange(ctx context.Context, keys Range,
	options ...DeleteRangeOption) (DeleteRangeResult, error) {
	request := &rundletpb.DeleteRangeRequest{
		Prefix:     keys.prefix,
		Start:      keys.start,
		End:        keys.end,
		Durability: rundletpb.Durability(c.settings.durability),
		JsonAsText: true,
	}
	for _, option := range options {
		option.deleteRange(request)
	}
	answer, err := write(ctx, c, c.store.DeleteRange, request)
	if err != nil {
		return DeleteRangeResult{}, err
	}
	return DeleteRangeResult{
		Receipt:      receiptFrom(answer),
		DeletedCount: answer.GetDeletedCount(),
		Previous:     entriesFrom(answer.GetPrevious()),
	}, nil
}
