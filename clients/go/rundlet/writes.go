package rundlet

import (
	"context"

	"rundlet/clients/go/rundletpb"
)

// Put writes one key.
func (c *Client) Put(ctx context.Context, key string, value Value,
	options ...PutOption) (PutResult, error) {
	request := &rundletpb.PutRequest{
		Key:        key,
		Value:      value.toWire(),
		Durability: rundletpb.Durability(c.settings.durability),
		JsonAsText: true,
	}
	for _, option := range options {
		option.put(request)
	}
	answer, err := write(ctx, c, c.store.Put, request)
	if err != nil {
		return PutResult{}, err
	}
	return PutResult{
		Receipt:  receiptFrom(answer),
		Existed:  answer.GetExisted(),
		Previous: entryFrom(answer.GetPrevious()),
	}, nil
}

// Delete removes one key. That it was absent is no error.
func (c *Client) Delete(ctx context.Context, key string,
	options ...DeleteOption) (DeleteResult, error) {
	request := &rundletpb.DeleteRequest{
		Key:        key,
		Durability: rundletpb.Durability(c.settings.durability),
		JsonAsText: true,
	}
	for _, option := range options {
		option.delete(request)
	}
	answer, err := write(ctx, c, c.store.Delete, request)
	if err != nil {
		return DeleteResult{}, err
	}
	return DeleteResult{
		Receipt:  receiptFrom(answer),
		Deleted:  answer.GetDeleted(),
		Previous: entryFrom(answer.GetPrevious()),
	}, nil
}

// SetExpiry gives an existing key another expiry; its value stays. That the key
// is absent, or its expiry does not pass an ExpiryTest, is no error. With
// ReturnPrevious it is a read that touches the key, and costs what a write does.
func (c *Client) SetExpiry(ctx context.Context, key string, expiry Expiry,
	options ...SetExpiryOption) (SetExpiryResult, error) {
	request := &rundletpb.SetExpiryRequest{
		Key:        key,
		Durability: rundletpb.Durability(c.settings.durability),
		JsonAsText: true,
	}
	expiry.setExpiryRequest(request)
	for _, option := range options {
		option.setExpiry(request)
	}
	answer, err := write(ctx, c, c.store.SetExpiry, request)
	if err != nil {
		return SetExpiryResult{}, err
	}
	return SetExpiryResult{
		Receipt:  receiptFrom(answer),
		Updated:  answer.GetUpdated(),
		Existed:  answer.GetExisted(),
		Previous: entryFrom(answer.GetPrevious()),
	}, nil
}
