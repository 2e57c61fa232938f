// Goal: reads are repeated while the server is unavailable, writes never, and a
// scan goes on behind what it has seen. Method: a scripted server fails and
// counts.

package rundlet_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"rundlet/clients/go/rundlet"
	"rundlet/clients/go/rundletpb"
)

var errDraining = failure(codes.Unavailable, rundlet.ErrDraining, nil)

func TestReadsAreRepeated(t *testing.T) {
	reads := map[string]struct {
		read   func(context.Context, *rundlet.Client) error
		answer proto.Message
	}{
		"Get": {func(ctx context.Context, db *rundlet.Client) error {
			_, err := db.Get(ctx, "k")
			return err
		}, &rundletpb.GetResponse{}},
		"BatchGet": {func(ctx context.Context, db *rundlet.Client) error {
			_, err := db.BatchGet(ctx, []string{"k"})
			return err
		}, &rundletpb.BatchGetResponse{}},
		"List": {func(ctx context.Context, db *rundlet.Client) error {
			_, err := db.List(ctx, rundlet.All())
			return err
		}, &rundletpb.ListResponse{}},
		"Count": {func(ctx context.Context, db *rundlet.Client) error {
			_, err := db.Count(ctx, rundlet.All())
			return err
		}, &rundletpb.ListResponse{}},
		"Limits": {func(ctx context.Context, db *rundlet.Client) error {
			_, err := db.Limits(ctx)
			return err
		}, &rundletpb.GetLimitsResponse{}},
		"Scan": {func(ctx context.Context, db *rundlet.Client) error {
			_, err := scanned(db.Scan(ctx, rundlet.All()))
			return err
		}, nil},
	}
	for name, test := range reads {
		t.Run(name, func(t *testing.T) {
			db, service := script(t, []step{
				{err: errDraining}, {err: errDraining},
				{answer: test.answer,
					chunks: []*rundletpb.ScanResponse{chunk("")}}})
			if err := test.read(t.Context(), db); err != nil {
				t.Error(err)
			}
			if calls := len(service.requests()); calls != 3 {
				t.Errorf("%d calls, want 3", calls)
			}
		})
	}
}

func TestAReadGivesUp(t *testing.T) {
	db, service := script(t, slices.Repeat([]step{{err: errDraining}}, 6))
	_, err := db.Get(t.Context(), "k")
	if !errors.Is(err, rundlet.ErrDraining) {
		t.Error(err)
	}
	if calls := len(service.requests()); calls != 5 {
		t.Errorf("%d calls, want 5", calls)
	}
}

func TestWritesAreNotRepeated(t *testing.T) {
	writes := map[string]func(context.Context, *rundlet.Client) error{
		"Put": func(ctx context.Context, db *rundlet.Client) error {
			_, err := db.Put(ctx, "k", rundlet.Text("v"))
			return err
		},
		"Delete": func(ctx context.Context, db *rundlet.Client) error {
			_, err := db.Delete(ctx, "k")
			return err
		},
		"SetExpiry": func(ctx context.Context, db *rundlet.Client) error {
			_, err := db.SetExpiry(ctx, "k", rundlet.Never())
			return err
		},
		"Commit": func(ctx context.Context, db *rundlet.Client) error {
			_, err := db.Txn().Then(rundlet.Delete("k")).Commit(ctx)
			return err
		},
	}
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			db, service := script(t, []step{
				{err: errDraining}, {err: errDraining}})
			err := write(t.Context(), db)
			if !errors.Is(err, rundlet.ErrDraining) {
				t.Error(err)
			}
			if asError(t, err).OutcomeUnknown {
				t.Errorf("%v has an unknown outcome", err)
			}
			if calls := len(service.requests()); calls != 1 {
				t.Errorf("%d calls, want 1", calls)
			}
		})
	}
}

func chunk(token string, keys ...string) *rundletpb.ScanResponse {
	made := &rundletpb.ScanResponse{NextPageToken: token}
	for _, key := range keys {
		made.Entries = append(made.Entries, &rundletpb.Entry{
			Key: key, ValueOmitted: true})
	}
	return made
}

func scanned(entries func(func(*rundlet.Entry, error) bool)) ([]string, error) {
	var keys []string
	for entry, err := range entries {
		if err != nil {
			return keys, err
		}
		keys = append(keys, entry.Key)
	}
	return keys, nil
}

func TestAScanGoesOnBehindTheLastChunk(t *testing.T) {
	for _, end := range []error{
		errDraining,
		status.Error(codes.Unavailable, "connection reset"),
		status.Error(codes.DeadlineExceeded, "late"),
	} {
		db, service := script(t, []step{
			{chunks: []*rundletpb.ScanResponse{
				chunk("1", "a", "b"), chunk("2", "c")}, err: end},
			{chunks: []*rundletpb.ScanResponse{chunk("3", "d")}, err: end},
			{chunks: []*rundletpb.ScanResponse{chunk("", "e")}},
		})
		keys, err := scanned(db.Scan(t.Context(), rundlet.Prefix("p"),
			rundlet.KeysOnly{}))
		if want := []string{"a", "b", "c", "d", "e"}; err != nil ||
			!slices.Equal(keys, want) {
			t.Errorf("after %v: %v, %v", end, keys, err)
		}
		var tokens []string
		for _, call := range service.requests() {
			request := call.(*rundletpb.ScanRequest)
			tokens = append(tokens, request.GetPageToken())
			if request.GetPrefix() != "p" || !request.GetKeysOnly() {
				t.Errorf("another range: %v", request)
			}
		}
		if want := []string{"", "2", "3"}; !slices.Equal(tokens, want) {
			t.Errorf("tokens are %q, want %q", tokens, want)
		}
	}
}

func TestAScanWithoutProgressGivesUp(t *testing.T) {
	late := status.Error(codes.DeadlineExceeded, "late")
	db, _ := script(t, []step{
		{chunks: []*rundletpb.ScanResponse{chunk("1", "a")}, err: late},
		{err: late}})
	keys, err := scanned(db.Scan(t.Context(), rundlet.All()))
	if !errors.Is(err, context.DeadlineExceeded) ||
		!slices.Equal(keys, []string{"a"}) {
		t.Errorf("got %v, %v", keys, err)
	}
}

func TestAScanOutlivesItsStreams(t *testing.T) {
	db, service := script(t, []step{
		{chunks: []*rundletpb.ScanResponse{chunk("1", "a")}, wait: true},
		{chunks: []*rundletpb.ScanResponse{chunk("", "b")}},
	}, rundlet.WithTimeout(500*time.Millisecond))
	keys, err := scanned(db.Scan(t.Context(), rundlet.All()))
	if err != nil || !slices.Equal(keys, []string{"a", "b"}) {
		t.Errorf("got %v, %v", keys, err)
	}
	if calls := len(service.requests()); calls != 2 {
		t.Errorf("%d calls, want 2", calls)
	}
}

func TestAScanEndsWithOtherErrors(t *testing.T) {
	corrupt := failure(codes.DataLoss, rundlet.ErrCorruptRecord, nil)
	db, service := script(t, []step{
		{chunks: []*rundletpb.ScanResponse{chunk("1", "a")}, err: corrupt}})
	_, err := scanned(db.Scan(t.Context(), rundlet.All()))
	if !errors.Is(err, rundlet.ErrCorruptRecord) {
		t.Error(err)
	}
	if calls := len(service.requests()); calls != 1 {
		t.Errorf("%d calls, want 1", calls)
	}
}

func TestAScanThatEndsEarlyIsNoFullScan(t *testing.T) {
	for _, chunks := range [][]*rundletpb.ScanResponse{
		nil, {chunk("1", "a")}} {
		db, _ := script(t, []step{{chunks: chunks}})
		if _, err := scanned(db.Scan(t.Context(), rundlet.All())); err == nil {
			t.Errorf("%v passes as a whole range", chunks)
		}
	}
}

func TestLeavingAScanEndsItsStream(t *testing.T) {
	db, service := script(t, []step{
		{chunks: []*rundletpb.ScanResponse{chunk("1", "a")}, wait: true}})
	for entry, err := range db.Scan(t.Context(), rundlet.All()) {
		if err != nil || entry.Key != "a" {
			t.Fatalf("got %v, %v", entry, err)
		}
		break
	}
	<-service.left
}
