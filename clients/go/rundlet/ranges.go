package rundlet

import (
	"context"
	"errors"
	"io"
	"iter"

	"rundlet/clients/go/rundletpb"
)

// Range is a range of keys in the order of their bytes: All, Prefix or Between.
type Range struct {
	prefix, start, end string
}

// All is every key.
func All() Range {
	return Range{}
}

// Prefix is every key that begins with this.
func Prefix(prefix string) Range {
	return Range{prefix: prefix}
}

// Between is every key from start on, up to end, not included. Empty: from the
// first one; to the last one.
func Between(start, end string) Range {
	return Range{start: start, end: end}
}

// Scan yields the entries of a range in order, all at one revision, each once.
// An error ends it.
//
// A stream that breaks off, or that has lived for the client's timeout, is
// followed by another one behind its last chunk, if it brought any. The context
// bounds all of it.
func (c *Client) Scan(ctx context.Context, keys Range,
	options ...ScanOption) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		request := &rundletpb.ScanRequest{
			Prefix: keys.prefix, Start: keys.start, End: keys.end,
			JsonAsText: true,
		}
		for _, option := range options {
			option.scan(request)
		}
		for {
			token := request.PageToken
			more, err := c.scanStream(ctx, request, yield)
			if !more {
				return
			}
			if request.PageToken == token || !resumable(ctx, err) {
				yield(nil, asError(err, request, false))
				return
			}
		}
	}
}

// scanStream yields the chunks of one stream and moves request.PageToken behind
// them. False: the range or the consumer is at its end; else err is why the
// stream ended.
func (c *Client) scanStream(ctx context.Context,
	request *rundletpb.ScanRequest,
	yield func(*Entry, error) bool) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, c.settings.timeout)
	defer cancel()
	stream, err := c.store.Scan(ctx, request)
	if err != nil {
		return true, err
	}
	for {
		chunk, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return true, errEarlyEnd
		}
		if err != nil {
			return true, err
		}
		request.PageToken = chunk.GetNextPageToken()
		for _, entry := range chunk.GetEntries() {
			if !yield(entryFrom(entry), nil) {
				return false, nil
			}
		}
		if request.PageToken == "" {
			return false, nil
		}
	}
}

// List reads a page of a range.
func (c *Client) List(ctx context.Context, keys Range,
	options ...ListOption) (Page, error) {
	request := &rundletpb.ListRequest{
		Prefix: keys.prefix, Start: keys.start, End: keys.end,
		JsonAsText: true,
	}
	for _, option := range options {
		option.list(request)
	}
	answer, err := read(ctx, c, c.store.List, request)
	if err != nil {
		return Page{}, err
	}
	return Page{
		Entries:       entriesFrom(answer.GetEntries()),
		NextPageToken: answer.GetNextPageToken(),
		ReadRevision:  answer.GetReadRevision(),
	}, nil
}

// Count tells how many keys a range has.
func (c *Client) Count(ctx context.Context, keys Range) (uint64, error) {
	answer, err := read(ctx, c, c.store.List, &rundletpb.ListRequest{
		Prefix: keys.prefix, Start: keys.start, End: keys.end,
		CountOnly: true,
	})
	return answer.GetCount(), err
}
