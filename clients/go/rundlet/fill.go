package rundlet

import (
	"context"
	"errors"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"rundlet/clients/go/rundletpb"
)

const (
	// How long one call waits for the fill of another client, at most.
	fillWait = 5 * time.Second
	// Between two calls when the server answered before that, as it does while
	// it stops.
	fillPause = 50 * time.Millisecond
)

// FillFunc computes the value of a key that is absent. It has to look at its
// source after it was called.
type FillFunc func(ctx context.Context) (Value, error)

// FillOption: FillHold, and options of the put: TTL, ExpireAt, a Durability.
type FillOption interface{ fill(*filling) }

type filling struct {
	hold time.Duration
	put  []PutOption
}

// FillHold is how long the function may take before another client may be told
// to fill the key; 10 seconds without it. At most fill_hold_max (Limits).
type FillHold time.Duration

func (h FillHold) fill(f *filling) { f.hold = time.Duration(h) }

func (e Expiry) fill(f *filling) { f.put = append(f.put, e) }

func (d Durability) fill(f *filling) { f.put = append(f.put, d) }

// GetOrFill reads one key. If it is absent, one of all clients that ask for it
// now is the one whose function is called, and the value is put; the others
// wait for it. If the function fails, another one of them is next.
//
// Whoever changes what the function computes from has to delete the key
// afterwards: a value that was computed before is never put behind that, but
// computed again. If a put fails otherwise, the value comes with its error.
//
// The context, or else the timeout of the client, bounds all of it.
func (c *Client) GetOrFill(ctx context.Context, key string, compute FillFunc,
	options ...FillOption) (Value, error) {
	var f filling
	for _, option := range options {
		option.fill(&f)
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.settings.timeout)
		defer cancel()
	}
	request := &rundletpb.GetRequest{
		Key:        key,
		JsonAsText: true,
		FillLease: &rundletpb.FillLeaseTerms{
			Wait: durationpb.New(fillWait),
		},
	}
	if f.hold != 0 {
		request.FillLease.Hold = durationpb.New(f.hold)
	}
	for {
		answer, err := read(ctx, c, c.store.Get, request)
		if err != nil {
			return Value{}, err
		}
		if entry := answer.GetEntry(); entry != nil {
			return entryFrom(entry).Value, nil
		}
		if lease := answer.GetFillLease(); lease != nil {
			value, err := c.fill(ctx, key, lease.GetFillToken(), compute, f.put)
			if !errors.Is(err, ErrFillLeaseLost) {
				return value, err
			}
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(fillPause):
		}
	}
}

func (c *Client) fill(ctx context.Context, key, token string, compute FillFunc,
	options []PutOption) (Value, error) {
	value, err := c.computeOrGiveBack(ctx, key, token, compute)
	if err != nil {
		return Value{}, err
	}
	options = append(append([]PutOption(nil), options...), fillToken(token))
	_, err = c.Put(ctx, key, value, options...)
	return value, err
}

// computeOrGiveBack lets the next one have the lease if compute fails, also by
// a panic.
func (c *Client) computeOrGiveBack(ctx context.Context, key, token string,
	compute FillFunc) (value Value, err error) {
	computed := false
	defer func() {
		if computed {
			return
		}
		// Whatever comes of it: the lease ends with its time.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx),
			c.settings.timeout)
		defer cancel()
		_, _ = c.Delete(ctx, key, fillToken(token))
	}()
	value, err = compute(ctx)
	computed = err == nil
	return value, err
}

type fillToken string

func (t fillToken) put(request *rundletpb.PutRequest) {
	request.FillToken = string(t)
}

func (t fillToken) delete(request *rundletpb.DeleteRequest) {
	request.FillToken = string(t)
}
