// Goal: transactions apply whole or not at all, and never lose an update.
// Method: against a server process.

package rundlet_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"rundlet/clients/go/rundlet"
)

func TestTransactions(t *testing.T) {
	db := open(t)
	revision := put(t, db, "txn:a", rundlet.Text("1")).Revision
	result, err := db.Txn().
		If(rundlet.RevisionOf("txn:a").Equal(revision),
			rundlet.CreateRevisionOf("txn:a").NotEqual(0),
			rundlet.VersionOf("txn:a").Less(2),
			rundlet.VersionOf("txn:a").Greater(0),
			rundlet.ValueDiffers("txn:a", rundlet.Text("2")),
			rundlet.Exists("txn:a"), rundlet.Absent("txn:b")).
		Then(rundlet.Put("txn:b", rundlet.Text("2"), rundlet.TTL(time.Hour)),
			rundlet.Get("txn:b"), rundlet.Delete("txn:a"),
			rundlet.SetExpiry("txn:b", rundlet.Never())).
		Commit(t.Context(), rundlet.ReturnPrevious{}, rundlet.OS)
	if err != nil || !result.Applied || result.FailedCondition != nil ||
		len(result.Results) != 4 {
		t.Fatalf("got %+v, %v", result, err)
	}
	if result.Results[0].Existed || !result.Results[1].Existed ||
		result.Results[1].Entry.Value != rundlet.Text("2") ||
		result.Results[2].Entry.Value != rundlet.Text("1") {
		t.Errorf("results are %+v", result.Results)
	}
	entry := get(t, db, "txn:b")
	if entry.Revision != result.Revision || !entry.ExpireTime.IsZero() {
		t.Errorf("got %+v", entry)
	}
	again, err := db.Txn().If(rundlet.Exists("txn:b"), rundlet.Exists("txn:a")).
		Then(rundlet.Delete("txn:b")).Otherwise().Commit(t.Context())
	want := rundlet.FailedCondition{Index: 1}
	if err != nil || again.Applied || again.FailedCondition == nil ||
		*again.FailedCondition != want || again.Revision != 0 {
		t.Errorf("otherwise: %+v, %v", again, err)
	}
}

func TestConcurrentIncrements(t *testing.T) {
	db := open(t)
	const writers, increments = 4, 20
	put(t, db, "counter", rundlet.JSONText("0"))
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for done := 0; done < increments; {
				entry, err := db.Get(t.Context(), "counter")
				if err != nil {
					t.Error(err)
					return
				}
				var n int
				if err := entry.Value.Decode(&n); err != nil {
					t.Error(err)
					return
				}
				next, err := rundlet.JSON(n + 1)
				if err != nil {
					t.Error(err)
					return
				}
				_, err = db.Put(t.Context(), "counter", next,
					rundlet.ExpectedRevision(entry.Revision), rundlet.OS)
				switch {
				case err == nil:
					done++
				case !errors.Is(err, rundlet.ErrConditionFailed):
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	want := rundlet.JSONText(fmt.Sprint(writers * increments))
	if entry := get(t, db, "counter"); entry.Value != want {
		t.Errorf("got %q, want %q", entry.Value, want)
	}
}
