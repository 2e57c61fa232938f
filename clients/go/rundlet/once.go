package rundlet

import (
	"context"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"rundlet/clients/go/rundletpb"
)

// How a write with a request id is retried. The server remembers an id for ten
// minutes at least, unless it was told otherwise; half of that is on the safe
// side.
const (
	writeAttemptsMax = 5
	writeRetryMax    = 5 * time.Minute
	writeBackoff     = 100 * time.Millisecond
	writeBackoffMax  = 2 * time.Second
)

// RequestID lets a write happen exactly once: a repeat with the same id, unique
// to the write, gets the first one's outcome, with Replayed, for as long as the
// server remembers it (Limits: request_window), also over a restart. The client
// retries such a write while the server is unavailable.
type RequestID string

func (id RequestID) put(request *rundletpb.PutRequest) {
	request.RequestId = string(id)
}

func (id RequestID) delete(request *rundletpb.DeleteRequest) {
	request.RequestId = string(id)
}

func (id RequestID) setExpiry(request *rundletpb.SetExpiryRequest) {
	request.RequestId = string(id)
}

func (id RequestID) add(request *rundletpb.AddRequest) {
	request.RequestId = string(id)
}

func (id RequestID) deleteRange(request *rundletpb.DeleteRangeRequest) {
	request.RequestId = string(id)
}

func (id RequestID) commit(request *rundletpb.CommitRequest) {
	request.RequestId = string(id)
}

// WithWriteRetries gives every write a request id, so that it is retried. The
// server remembers so many ids and no more, and refuses further ones with
// ErrTooMany: not for bulk loads.
func WithWriteRetries() ClientOption {
	return func(s *settings) { s.retryWrites = true }
}

// Sync waits until all that was acknowledged, and the revision at least, is on
// disk. It returns the newest revision that is.
func (c *Client) Sync(ctx context.Context, revision uint64) (uint64, error) {
	answer, err := read(ctx, c, c.store.Sync,
		&rundletpb.SyncRequest{Revision: revision})
	return answer.GetDurableRevision(), err
}

// What all writes have.
type writeRequest interface {
	proto.Message
	GetRequestId() string
}

func setRequestID(request writeRequest, id string) {
	switch request := request.(type) {
	case *rundletpb.PutRequest:
		request.RequestId = id
	case *rundletpb.DeleteRequest:
		request.RequestId = id
	case *rundletpb.SetExpiryRequest:
		request.RequestId = id
	case *rundletpb.AddRequest:
		request.RequestId = id
	case *rundletpb.DeleteRangeRequest:
		request.RequestId = id
	case *rundletpb.CommitRequest:
		request.RequestId = id
	}
}

func write[Q writeRequest, A proto.Message](ctx context.Context, c *Client,
	call method[Q, A], request Q) (A, error) {
	if c.settings.retryWrites && request.GetRequestId() == "" {
		setRequestID(request, rand.Text())
		// The caller may send the request again, as another one.
		defer setRequestID(request, "")
	}
	if request.GetRequestId() == "" {
		return invoke(ctx, c.settings.timeout, call, request, true)
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.settings.timeout)
		defer cancel()
	}
	return writeOnce(ctx, c, call, request)
}

// writeOnce repeats a write, which its id makes harmless.
func writeOnce[Q writeRequest, A proto.Message](ctx context.Context, c *Client,
	call method[Q, A], request Q) (A, error) {
	end := time.Now().Add(writeRetryMax)
	if deadline, bounded := ctx.Deadline(); bounded && deadline.Before(end) {
		end = deadline
	}
	backoff := writeBackoff
	unknown := false
	for attempt := 1; ; attempt++ {
		answer, err := invoke(ctx, c.settings.timeout, call, request, true)
		var failure *Error
		if !errors.As(err, &failure) {
			return answer, err
		}
		unknown = unknown || failure.OutcomeUnknown
		if failure.Metadata["replayed"] == "true" {
			unknown = false
		}
		failure.OutcomeUnknown = unknown
		wait := max(failure.RetryDelay, time.Duration(
			float64(backoff)*(0.8+0.4*mathrand.Float64())))
		if attempt == writeAttemptsMax || !retriable(failure) ||
			time.Now().Add(wait).After(end) {
			return answer, failure
		}
		select {
		case <-ctx.Done():
			return answer, failure
		case <-time.After(wait):
		}
		backoff = min(3*backoff, writeBackoffMax)
	}
}

func retriable(failure *Error) bool {
	return failure.Code == codes.Unavailable ||
		failure.Reason == ErrOutcomeUnknown
}
