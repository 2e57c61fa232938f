// Goal: every call of the client does what it says. Method: against a server
// process, each test under keys of its own.

package rundlet_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"rundlet/clients/go/rundlet"
)

// open gives a client of the shared server, its store empty.
func open(t *testing.T) *rundlet.Client {
	t.Helper()
	target, err := emptied()
	if err != nil {
		t.Fatal(err)
	}
	return connect(t, target)
}

func put(t *testing.T, db *rundlet.Client, key string, value rundlet.Value,
	options ...rundlet.PutOption) rundlet.PutResult {
	t.Helper()
	result, err := db.Put(t.Context(), key, value, options...)
	if err != nil {
		t.Fatalf("put of %q: %v", key, err)
	}
	return result
}

func get(t *testing.T, db *rundlet.Client, key string) *rundlet.Entry {
	t.Helper()
	entry, err := db.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("get of %q: %v", key, err)
	}
	return entry
}

func TestVectorsComeBack(t *testing.T) {
	db := open(t)
	for _, vector := range vectors(t) {
		t.Run(vector.Name, func(t *testing.T) {
			value, _ := vector.value(t)
			key := "vector:" + vector.Name
			put(t, db, key, value)
			if entry := get(t, db, key); entry.Value != value {
				t.Errorf("got %v %q, want %v %q", entry.Value.Kind(),
					entry.Value, value.Kind(), value)
			}
			result, err := db.Txn().
				If(rundlet.ValueEquals(key, value)).
				Then(rundlet.Get(key)).Commit(t.Context())
			if err != nil || result.Results[0].Entry.Value != value {
				t.Errorf("in a transaction: %+v, %v", result, err)
			}
		})
	}
}

func TestMetadata(t *testing.T) {
	db := open(t)
	first := put(t, db, "metadata", rundlet.Text("1"))
	second := put(t, db, "metadata", rundlet.Text("2"),
		rundlet.TTL(time.Hour), rundlet.ReturnPrevious{}, rundlet.Disk)
	if first.Existed || !second.Existed || second.Revision <= first.Revision ||
		second.Durability != rundlet.Disk || second.Previous == nil ||
		second.Previous.Value != rundlet.Text("1") {
		t.Errorf("got %+v, then %+v", first, second)
	}
	entry := get(t, db, "metadata")
	if entry.Revision != second.Revision || entry.Version != 2 ||
		entry.CreateRevision != first.Revision {
		t.Errorf("got %+v", entry)
	}
	if left := entry.ExpireTime.Sub(entry.ModifyTime); left != time.Hour {
		t.Errorf("it stays for %v", left)
	}
	entry, err := db.Get(t.Context(), "metadata", rundlet.MetadataOnly{},
		rundlet.MinRevision(second.ReadRevision))
	if err != nil || !entry.ValueOmitted || entry.Value.Kind() != 0 {
		t.Errorf("metadata only: %+v, %v", entry, err)
	}
	_, err = db.Get(t.Context(), "metadata", rundlet.MinRevision(1<<60))
	if !errors.Is(err, rundlet.ErrRevisionNotReached) {
		t.Errorf("a revision to come: %v", err)
	}
}

func TestExpiry(t *testing.T) {
	db := open(t)
	at := time.Now().Add(time.Hour).Truncate(time.Millisecond)
	put(t, db, "expiry", rundlet.Text("v"), rundlet.ExpireAt(at))
	put(t, db, "expiry", rundlet.Text("w"), rundlet.KeepExpiry{})
	if entry := get(t, db, "expiry"); !entry.ExpireTime.Equal(at) {
		t.Errorf("it goes at %v, want %v", entry.ExpireTime, at)
	}
	result, err := db.SetExpiry(t.Context(), "expiry", rundlet.Never())
	if err != nil || !result.Updated {
		t.Errorf("never: %+v, %v", result, err)
	}
	if entry := get(t, db, "expiry"); !entry.ExpireTime.IsZero() ||
		entry.Value != rundlet.Text("w") {
		t.Errorf("got %+v", entry)
	}
	result, err = db.SetExpiry(t.Context(), "expiry",
		rundlet.ExpireAt(time.Now().Add(-time.Hour)))
	if err != nil || !result.Updated {
		t.Errorf("a time that has passed: %+v, %v", result, err)
	}
	_, err = db.Get(t.Context(), "expiry")
	if !errors.Is(err, rundlet.ErrKeyNotFound) {
		t.Errorf("the key is still there: %v", err)
	}
	result, err = db.SetExpiry(t.Context(), "expiry", rundlet.TTL(time.Hour))
	if err != nil || result.Updated {
		t.Errorf("an absent key: %+v, %v", result, err)
	}
	_, err = db.Put(t.Context(), "expiry", rundlet.Text("v"), rundlet.TTL(0))
	if !errors.Is(err, rundlet.ErrInvalidField) {
		t.Errorf("a ttl of 0: %v", err)
	}
}

func TestDeleteAndExpectedRevision(t *testing.T) {
	db := open(t)
	revision := put(t, db, "delete", rundlet.Text("v")).Revision
	_, err := db.Delete(t.Context(), "delete",
		rundlet.ExpectedRevision(revision+1))
	var failed *rundlet.Error
	if !errors.Is(err, rundlet.ErrConditionFailed) ||
		!errors.As(err, &failed) {
		t.Fatalf("another revision: %v", err)
	}
	if found, ok := failed.FailedCondition(); !ok ||
		found.Revision != revision || failed.OutcomeUnknown {
		t.Errorf("got %+v, %v", found, ok)
	}
	result, err := db.Delete(t.Context(), "delete",
		rundlet.ExpectedRevision(revision), rundlet.ReturnPrevious{})
	if err != nil || !result.Deleted ||
		result.Previous.Value != rundlet.Text("v") {
		t.Errorf("got %+v, %v", result, err)
	}
	result, err = db.Delete(t.Context(), "delete")
	if err != nil || result.Deleted || result.Revision != 0 {
		t.Errorf("again: %+v, %v", result, err)
	}
	put(t, db, "delete", rundlet.Text("w"), rundlet.ExpectedRevision(0))
}

func TestBatchGet(t *testing.T) {
	db := open(t)
	put(t, db, "batch:a", rundlet.Text("1"))
	put(t, db, "batch:b", rundlet.Data([]byte{0, 255}))
	found, err := db.BatchGet(t.Context(),
		[]string{"batch:b", "batch:none", "batch:a"})
	if err != nil || len(found) != 2 ||
		found["batch:a"].Value != rundlet.Text("1") ||
		found["batch:b"].Value != rundlet.Data([]byte{0, 255}) {
		t.Errorf("got %v, %v", found, err)
	}
}

func TestLimitsAreKept(t *testing.T) {
	db := open(t)
	limits, err := db.Limits(t.Context())
	if err != nil || limits.GetKeyBytesMax() != 4096 {
		t.Fatalf("got %v, %v", limits, err)
	}
	longest := strings.Repeat("k", 4096)
	put(t, db, longest, rundlet.Text("v"))
	var failed *rundlet.Error
	_, err = db.Put(t.Context(), longest+"k", rundlet.Text("v"))
	if !errors.Is(err, rundlet.ErrLimitExceeded) || !errors.As(err, &failed) ||
		failed.Metadata["field"] != "key" {
		t.Errorf("a longer key: %v, %+v", err, failed)
	}
	_, err = db.Put(t.Context(), "", rundlet.Text("v"))
	if !errors.Is(err, rundlet.ErrInvalidField) {
		t.Errorf("no key: %v", err)
	}
	_, err = db.Put(t.Context(), "k", rundlet.Value{})
	if !errors.Is(err, rundlet.ErrInvalidField) {
		t.Errorf("no kind: %v", err)
	}
	_, err = db.Put(t.Context(), "k", rundlet.JSONText("{"))
	if !errors.Is(err, rundlet.ErrInvalidField) {
		t.Errorf("no JSON: %v", err)
	}
}

func TestStatsAndCompact(t *testing.T) {
	db := open(t)
	put(t, db, "stats", rundlet.Text("1"))
	before, err := db.Stats(t.Context())
	if err != nil || before.GetKeysInIndex() == 0 ||
		len(before.GetStoreId()) != 32 {
		t.Fatalf("got %v, %v", before, err)
	}
	put(t, db, "stats", rundlet.Text("2"))
	done, err := db.Compact(t.Context())
	if err != nil || done.GetSegmentsBefore() == 0 {
		t.Errorf("compact: %v, %v", done, err)
	}
	after, err := db.Stats(t.Context())
	if err != nil || after.GetPutCount() <= before.GetPutCount() ||
		after.GetLastCompactionTime() == nil {
		t.Errorf("got %v, %v", after, err)
	}
	if entry := get(t, db, "stats"); entry.Value != rundlet.Text("2") {
		t.Errorf("got %+v", entry)
	}
}

func TestAClientSurvivesItsServer(t *testing.T) {
	data := t.TempDir()
	for i, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		server, err := start(data)
		if err != nil {
			t.Fatal(err)
		}
		db := connect(t, server.Target)
		key := fmt.Sprintf("life:%d", i)
		if i > 0 {
			get(t, db, fmt.Sprintf("life:%d", i-1))
		}
		put(t, db, key, rundlet.Text("v"), rundlet.OS)
		if err := server.Stop(signal); err != nil {
			t.Error(err)
		}
		_, err = db.Put(t.Context(), key, rundlet.Text("w"))
		var failed *rundlet.Error
		if !errors.As(err, &failed) || !failed.OutcomeUnknown {
			t.Errorf("without a server: %v", err)
		}
	}
}
