package rundlet

import (
	"context"

	"rundlet/clients/go/rundletpb"
)

// Get reads one key. An absent one is ErrKeyNotFound.
func (c *Client) Get(ctx context.Context, key string,
	options ...GetOption) (*Entry, error) {
	request := &rundletpb.GetRequest{Key: key, JsonAsText: true}
	for _, option := range options {
		option.get(request)
	}
	answer, err := read(ctx, c, c.store.Get, request)
	if err != nil {
		return nil, err
	}
	return entryFrom(answer.GetEntry()), nil
}

// BatchGet reads several keys at one revision. Absent ones are not in the map.
func (c *Client) BatchGet(ctx context.Context, keys []string,
	options ...BatchGetOption) (map[string]*Entry, error) {
	request := &rundletpb.BatchGetRequest{Keys: keys, JsonAsText: true}
	for _, option := range options {
		option.batchGet(request)
	}
	answer, err := read(ctx, c, c.store.BatchGet, request)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*Entry, len(keys))
	for _, result := range answer.GetResults() {
		if entry := result.GetEntry(); entry != nil {
			found[entry.GetKey()] = entryFrom(entry)
		}
	}
	return found, nil
}

// Limits tells what the server takes at most.
func (c *Client) Limits(ctx context.Context) (
	*rundletpb.GetLimitsResponse, error) {
	return read(ctx, c, c.store.GetLimits, &rundletpb.GetLimitsRequest{})
}
