// Goal: a watch brings every change once, in order, transactions whole, and
// goes on by itself where it can; a snapshot shows one point of the order of
// writes. Method: against a server process, and a scripted server for what a
// healthy one does not show.

package rundlet_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"rundlet/clients/go/rundlet"
	"rundlet/clients/go/rundletpb"
)

// pull reads a watch event by event, until the test ends.
func pull(t *testing.T, db *rundlet.Client, keys rundlet.Range,
	options ...rundlet.WatchOption) func() (rundlet.Event, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	next, stop := iter.Pull2(db.Watch(ctx, []rundlet.Range{keys}, options...))
	t.Cleanup(func() {
		stop()
		cancel()
	})
	return func() (rundlet.Event, error) {
		event, err, ok := next()
		if !ok {
			t.Fatal("the watch ended without an error")
		}
		return event, err
	}
}

// changes reads until there are so many, and returns them as words.
func changes(t *testing.T, next func() (rundlet.Event, error),
	count int) []string {
	t.Helper()
	names := map[rundlet.Cause]string{rundlet.CausePut: "+",
		rundlet.CauseDelete: "-", rundlet.CauseExpired: "x"}
	var found []string
	for len(found) < count {
		event, err := next()
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range event.Changes {
			found = append(found, names[change.Cause]+change.Entry.Key)
		}
	}
	return found
}

func TestAWatchBringsChanges(t *testing.T) {
	db := open(t)
	next := pull(t, db, rundlet.Prefix("w:"))
	marker, err := next()
	if err != nil || !marker.Marker {
		t.Fatal(marker, err)
	}
	put(t, db, "w:a", rundlet.Text("1"))
	put(t, db, "other", rundlet.Text("1"))
	put(t, db, "w:b", rundlet.Text("1"), rundlet.TTL(10*time.Millisecond))
	if _, err := db.Delete(t.Context(), "w:a"); err != nil {
		t.Fatal(err)
	}
	found := changes(t, next, 4)
	slices.Sort(found)
	if want := []string{"+w:a", "+w:b", "-w:a", "xw:b"}; !slices.Equal(found,
		want) {
		t.Errorf("got %v, want %v", found, want)
	}

	// Where one stopped another one goes on.
	put(t, db, "w:c", rundlet.Text("1"))
	from := rundlet.WatchFrom{Revision: marker.Revision + 1,
		StoreID: marker.StoreID}
	other := pull(t, db, rundlet.Prefix("w:"), from, rundlet.NoDeletes{})
	if found := changes(t, other, 3); !slices.Equal(found,
		[]string{"+w:a", "+w:b", "+w:c"}) {
		t.Error(found)
	}
	from.StoreID = "another"
	if _, err := pull(t, db, rundlet.All(), from)(); !errors.Is(err,
		rundlet.ErrForeignStore) {
		t.Error(err)
	}
}

func TestThePresentStateComesFirst(t *testing.T) {
	db := open(t)
	put(t, db, "w:a", rundlet.Text("old"))
	next := pull(t, db, rundlet.Prefix("w:"), rundlet.PresentState{},
		rundlet.NoPuts{})
	event, err := next()
	if err != nil || len(event.Present) != 1 || event.Present[0].Key != "w:a" {
		t.Fatal(event, err)
	}
	if event, err = next(); err != nil || !event.Marker {
		t.Fatal(event, err)
	}
	put(t, db, "w:a", rundlet.Text("new"))
	if _, err := db.Delete(t.Context(), "w:a"); err != nil {
		t.Fatal(err)
	}
	if found := changes(t, next, 1); found[0] != "-w:a" {
		t.Error(found)
	}
}

func TestHistoryThatIsGone(t *testing.T) {
	db := open(t)
	for i := range 10 {
		put(t, db, "k", rundlet.Text(strconv.Itoa(i)))
	}
	if _, err := db.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := pull(t, db, rundlet.All(), rundlet.WatchFrom{Revision: 1})()
	if !errors.Is(err, rundlet.ErrHistoryGone) {
		t.Fatal(err)
	}
	oldest, err := strconv.ParseUint(
		asError(t, err).Metadata["oldest_revision"], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	event, err := pull(t, db, rundlet.All(),
		rundlet.WatchFrom{Revision: oldest})()
	if err != nil || !event.Marker {
		t.Error(event, err)
	}
}

func mark(revision uint64) *rundletpb.WatchResponse {
	return &rundletpb.WatchResponse{Part: &rundletpb.WatchResponse_Marker{
		Marker: &rundletpb.Bookmark{
			ThroughRevision: revision, StoreId: "s"}}}
}

// A part of a transaction; the last one has a revision.
func part(key string, through uint64) *rundletpb.WatchResponse {
	return &rundletpb.WatchResponse{Part: &rundletpb.WatchResponse_Changes{
		Changes: &rundletpb.Changes{
			Changes: []*rundletpb.Change{{
				Cause: rundletpb.Cause_CAUSE_DELETE,
				Entry: &rundletpb.Entry{Key: key}}},
			ThroughRevision: through, LastFragment: through > 0}}}
}

func TestWhatBrokeOffWithinATransactionComesAgain(t *testing.T) {
	slow := failure(codes.ResourceExhausted, rundlet.ErrSlowReader, nil)
	db, service := script(t, []step{
		{events: []*rundletpb.WatchResponse{mark(7), part("a", 0)}, err: slow},
		{events: []*rundletpb.WatchResponse{
			mark(7), part("a", 0), part("b", 9)}, err: errDraining},
		{err: failure(codes.OutOfRange, rundlet.ErrHistoryGone, nil)},
	})
	next := pull(t, db, rundlet.All())
	if event, err := next(); err != nil || event.Revision != 7 {
		t.Fatal(event, err)
	}
	event, err := next()
	if err != nil || event.Revision != 9 || len(event.Changes) != 2 {
		t.Fatal(event, err)
	}
	if _, err := next(); !errors.Is(err, rundlet.ErrHistoryGone) {
		t.Error(err)
	}
	var from []uint64
	for _, call := range service.requests() {
		request := call.(*rundletpb.WatchRequest)
		from = append(from, request.GetStartRevision())
	}
	if !slices.Equal(from, []uint64{0, 8, 10}) {
		t.Error(from)
	}
}

func TestASnapshotShowsWhatWasThere(t *testing.T) {
	db := open(t)
	put(t, db, "s:a", rundlet.Text("old"))
	then, err := db.OpenSnapshot(t.Context(), 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	put(t, db, "s:a", rundlet.Text("new"))
	put(t, db, "s:b", rundlet.Text("new"))
	if _, err := db.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	entry, err := db.Get(t.Context(), "s:a", then)
	if err != nil || entry.Value.String() != "old" {
		t.Error(entry, err)
	}
	found, err := db.BatchGet(t.Context(), []string{"s:a", "s:b"}, then)
	if err != nil || len(found) != 1 {
		t.Error(found, err)
	}
	keys, err := scanned(db.Scan(t.Context(), rundlet.Prefix("s:"), then))
	if err != nil || len(keys) != 1 {
		t.Error(keys, err)
	}
	end := then.LeaseEnd
	if err := then.Renew(t.Context(), time.Minute); err != nil ||
		!then.LeaseEnd.After(end) {
		t.Error(then.LeaseEnd, err)
	}
	for range 2 {
		if err := then.Release(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := then.Renew(t.Context(), 0); !errors.Is(err,
		rundlet.ErrSnapshotGone) {
		t.Error(err)
	}
	if _, err := db.Get(t.Context(), "s:a", then); !errors.Is(err,
		rundlet.ErrHistoryGone) {
		t.Error(err)
	}
}
