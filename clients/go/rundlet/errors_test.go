// Goal: every error of the server is found by its reason, and a write tells
// whether it may have taken effect. Method: a scripted server sends the errors.

package rundlet_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"rundlet/clients/go/rundlet"
	"rundlet/clients/go/rundletpb"
)

func asError(t *testing.T, err error) *rundlet.Error {
	t.Helper()
	var found *rundlet.Error
	if !errors.As(err, &found) {
		t.Fatalf("got %T %v, want *rundlet.Error", err, err)
	}
	return found
}

func TestEachReasonIsFound(t *testing.T) {
	reasons := map[rundlet.Reason]codes.Code{
		rundlet.ErrMalformedRequest:     codes.InvalidArgument,
		rundlet.ErrInvalidField:         codes.InvalidArgument,
		rundlet.ErrLimitExceeded:        codes.InvalidArgument,
		rundlet.ErrInvalidPageToken:     codes.InvalidArgument,
		rundlet.ErrForeignPageToken:     codes.FailedPrecondition,
		rundlet.ErrRequestIDReused:      codes.InvalidArgument,
		rundlet.ErrInvalidSnapshotToken: codes.InvalidArgument,
		rundlet.ErrForeignStore:         codes.FailedPrecondition,
		rundlet.ErrNotConfigured:        codes.FailedPrecondition,
		rundlet.ErrNotANumber:           codes.FailedPrecondition,
		rundlet.ErrSumOutOfRange:        codes.FailedPrecondition,
		rundlet.ErrSnapshotGone:         codes.NotFound,
		rundlet.ErrBackupExists:         codes.AlreadyExists,
		rundlet.ErrMemoryFull:           codes.ResourceExhausted,
		rundlet.ErrTooMany:              codes.ResourceExhausted,
		rundlet.ErrSlowReader:           codes.ResourceExhausted,
		rundlet.ErrKeyNotFound:          codes.NotFound,
		rundlet.ErrKeyExists:            codes.AlreadyExists,
		rundlet.ErrConditionFailed:      codes.Aborted,
		rundlet.ErrFillLeaseLost:        codes.Aborted,
		rundlet.ErrHistoryGone:          codes.OutOfRange,
		rundlet.ErrRevisionNotReached:   codes.OutOfRange,
		rundlet.ErrStorageFull:          codes.ResourceExhausted,
		rundlet.ErrOverloaded:           codes.Unavailable,
		rundlet.ErrDraining:             codes.Unavailable,
		rundlet.ErrOutcomeUnknown:       codes.Unknown,
		rundlet.ErrCorruptRecord:        codes.DataLoss,
		rundlet.ErrInternal:             codes.Internal,
	}
	unknown := map[rundlet.Reason]bool{
		rundlet.ErrOutcomeUnknown: true, rundlet.ErrInternal: true}
	for reason, code := range reasons {
		t.Run(string(reason), func(t *testing.T) {
			metadata := map[string]string{"field": "value", "limit": "10"}
			db, _ := script(t, []step{{err: failure(code, reason, metadata)}})
			_, err := db.Put(t.Context(), "k", rundlet.Text("v"))
			if !errors.Is(err, reason) {
				t.Errorf("errors.Is(%v, %v) is false", err, reason)
			}
			for other := range reasons {
				if other != reason && errors.Is(err, other) {
					t.Errorf("errors.Is(%v, %v) is true", err, other)
				}
			}
			found := asError(t, err)
			if found.Code != code || status.Code(err) != code {
				t.Errorf("code is %v, %v", found.Code, status.Code(err))
			}
			if !maps.Equal(found.Metadata, metadata) {
				t.Errorf("metadata is %v", found.Metadata)
			}
			want := "rundlet: " + string(reason) + ": about " + string(reason)
			if err.Error() != want {
				t.Errorf("message is %q, want %q", err, want)
			}
			if found.OutcomeUnknown != unknown[reason] {
				t.Errorf("OutcomeUnknown is %v", found.OutcomeUnknown)
			}
		})
	}
}

func TestFailedConditionTellsWhatWasThere(t *testing.T) {
	db, _ := script(t, []step{{err: failure(codes.Aborted,
		rundlet.ErrConditionFailed, map[string]string{
			"index": "3", "exists": "true",
			"revision": "18446744073709551615", "version": "2"})}})
	_, err := db.Txn().Then(rundlet.Delete("k")).Commit(t.Context())
	found, ok := asError(t, err).FailedCondition()
	want := rundlet.FailedCondition{
		Index: 3, Exists: true, Revision: 1<<64 - 1, Version: 2}
	if !ok || found != want {
		t.Errorf("got %+v, %v, want %+v", found, ok, want)
	}
}

func TestRetryDelayIsTold(t *testing.T) {
	db, _ := script(t, []step{{err: failure(codes.Unavailable,
		rundlet.ErrOverloaded, nil, &errdetails.RetryInfo{
			RetryDelay: durationpb.New(250 * time.Millisecond)})}})
	_, err := db.Delete(t.Context(), "k")
	if delay := asError(t, err).RetryDelay; delay != 250*time.Millisecond {
		t.Errorf("delay is %v", delay)
	}
}

func TestWithoutAReasonAWriteMayHaveHappened(t *testing.T) {
	for _, code := range []codes.Code{
		codes.Internal, codes.Canceled, codes.Unavailable, codes.Unknown} {
		db, _ := script(t, []step{
			{err: status.Error(code, "from a proxy")},
			{err: status.Error(codes.Internal, "from a proxy")}})
		_, err := db.Delete(t.Context(), "k")
		found := asError(t, err)
		if found.Reason != "" || !found.OutcomeUnknown {
			t.Errorf("write, %v: %+v", code, found)
		}
		_, err = db.Get(t.Context(), "k")
		if asError(t, err).OutcomeUnknown {
			t.Errorf("a read has an unknown outcome: %v", err)
		}
	}
}

func TestAnotherDomainHasNoReasonOfOurs(t *testing.T) {
	foreign, err := status.New(codes.Aborted, "elsewhere").WithDetails(
		&errdetails.ErrorInfo{Reason: "CONDITION_FAILED", Domain: "proxy"})
	if err != nil {
		t.Fatal(err)
	}
	db, _ := script(t, []step{{err: foreign.Err()}})
	_, err = db.Delete(t.Context(), "k")
	if errors.Is(err, rundlet.ErrConditionFailed) {
		t.Errorf("%v passes as ErrConditionFailed", err)
	}
}

func TestWhatCannotBeSentWasNotDone(t *testing.T) {
	db, service := script(t, nil)
	_, err := db.Put(t.Context(), "\xff", rundlet.Text("v"))
	if asError(t, err).OutcomeUnknown {
		t.Errorf("%v has an unknown outcome", err)
	}
	if calls := service.requests(); len(calls) != 0 {
		t.Errorf("the server saw %v", calls)
	}
}

func TestTheDeadline(t *testing.T) {
	db, _ := script(t, []step{{wait: true}, {wait: true}},
		rundlet.WithTimeout(20*time.Millisecond))
	_, err := db.Put(context.Background(), "k", rundlet.Text("v"))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without a deadline of its own: %v", err)
	}
	if !asError(t, err).OutcomeUnknown {
		t.Errorf("%v has a known outcome", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = db.Get(ctx, "k"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAClosedClientFails(t *testing.T) {
	db, _ := script(t, []step{{answer: &rundletpb.GetResponse{}}})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Get(t.Context(), "k"); err == nil {
		t.Error("a closed client answers")
	}
}

func TestATimeoutIsPositive(t *testing.T) {
	if _, err := rundlet.New("localhost:1", rundlet.WithTimeout(0)); err == nil {
		t.Error("a timeout of 0 passes")
	}
}
