// Goal: a write with a request id happens once, and is retried until it has.
// Method: repeats against a server process; a scripted server that fails and
// counts.

package rundlet_test

import (
	"errors"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"

	"rundlet/clients/go/rundlet"
	"rundlet/clients/go/rundletpb"
)

var errUnknown = failure(codes.Unknown, rundlet.ErrOutcomeUnknown, nil)

func TestARepeatGetsTheFirstOutcome(t *testing.T) {
	db := open(t)
	id := rundlet.RequestID("once:1")
	first := put(t, db, "k", rundlet.Text("1"), id)
	put(t, db, "k", rundlet.Text("2"))
	again := put(t, db, "k", rundlet.Text("1"), id)
	if first.Replayed || !again.Replayed || again.Revision != first.Revision ||
		again.DurableRevision < first.Revision {
		t.Error(first, again)
	}
	if value := get(t, db, "k").Value.String(); value != "2" {
		t.Error(value)
	}
	_, err := db.Put(t.Context(), "k", rundlet.Text("3"), id)
	if !errors.Is(err, rundlet.ErrRequestIDReused) {
		t.Error(err)
	}
	durable, err := db.Sync(t.Context(), again.Revision)
	if err != nil || durable < again.Revision {
		t.Error(durable, err)
	}
}

func TestAWriteWithAnIDIsRepeated(t *testing.T) {
	db, service := script(t, []step{{err: errDraining}, {err: errUnknown},
		{answer: &rundletpb.PutResponse{}}}, rundlet.WithWriteRetries())
	put(t, db, "k", rundlet.Text("1"))
	calls := service.requests()
	if len(calls) != 3 {
		t.Fatalf("%d calls, want 3", len(calls))
	}
	id := calls[0].(*rundletpb.PutRequest).GetRequestId()
	for _, call := range calls {
		if got := call.(*rundletpb.PutRequest).GetRequestId(); got != id ||
			got == "" {
			t.Errorf("request id %q, want %q", got, id)
		}
	}
}

func TestATransactionSentTwiceIsTwoWrites(t *testing.T) {
	db, service := script(t, []step{{answer: &rundletpb.CommitResponse{}},
		{answer: &rundletpb.CommitResponse{}}}, rundlet.WithWriteRetries())
	txn := db.Txn().Then(rundlet.Put("k", rundlet.Text("1")))
	for range 2 {
		if _, err := txn.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	calls := service.requests()
	first := calls[0].(*rundletpb.CommitRequest).GetRequestId()
	if first == calls[1].(*rundletpb.CommitRequest).GetRequestId() {
		t.Error("both have the id", first)
	}
}

func TestItGivesUpAndSaysWhatIsKnown(t *testing.T) {
	later := failure(codes.Unavailable, rundlet.ErrDraining, nil,
		&errdetails.RetryInfo{RetryDelay: durationpb.New(1 << 40)})
	db, service := script(t, []step{{err: errUnknown}, {err: later}},
		rundlet.WithWriteRetries())
	_, err := db.Put(t.Context(), "k", rundlet.Text("1"))
	// The last try was refused, but not the one before it.
	if found := asError(t, err); found.Reason != rundlet.ErrDraining ||
		!found.OutcomeUnknown {
		t.Error(err, found.OutcomeUnknown)
	}
	if calls := len(service.requests()); calls != 2 {
		t.Errorf("%d calls, want 2", calls)
	}
}
