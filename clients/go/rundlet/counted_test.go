// Goal: adds and deletes of ranges do what they say, alone and in transactions.
// Method: against a server process.

package rundlet_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"rundlet/clients/go/rundlet"
)

func TestAdd(t *testing.T) {
	db := open(t)
	first, err := db.Add(t.Context(), "n", 5, rundlet.Initial(100),
		rundlet.TTL(time.Hour).Jitter(10), rundlet.Disk)
	if err != nil || first.Sum != 105 || first.Existed {
		t.Fatalf("got %+v, %v", first, err)
	}
	second, err := db.Add(t.Context(), "n", -10, rundlet.ReturnPrevious{},
		rundlet.If(rundlet.VersionOf("n").Equal(1)))
	if err != nil || second.Sum != 95 || !second.Existed ||
		second.Previous.Value != rundlet.Text("105") {
		t.Errorf("got %+v, %v", second, err)
	}
	entry := get(t, db, "n")
	life := entry.ExpireTime.Sub(entry.CreateTime)
	if life < 54*time.Minute || life > time.Hour {
		t.Errorf("it lives for %v", life)
	}
}

func TestAddHappensOnce(t *testing.T) {
	db := open(t)
	for _, replayed := range []bool{false, true} {
		result, err := db.Add(t.Context(), "n", 2, rundlet.RequestID("one"))
		if err != nil || result.Sum != 2 || result.Replayed != replayed {
			t.Errorf("got %+v, %v", result, err)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	db := open(t)
	put(t, db, "n", rundlet.Text("many"))
	_, err := db.Add(t.Context(), "n", 1)
	if !errors.Is(err, rundlet.ErrNotANumber) {
		t.Errorf("got %v", err)
	}
	put(t, db, "n", rundlet.Text(fmt.Sprint(math.MaxInt64)))
	_, err = db.Add(t.Context(), "n", 1)
	if !errors.Is(err, rundlet.ErrSumOutOfRange) {
		t.Errorf("got %v", err)
	}
}

func TestDeleteRange(t *testing.T) {
	db := open(t)
	for _, key := range []string{"a", "b", "c", "d"} {
		put(t, db, key, rundlet.Text(key))
	}
	part, err := db.DeleteRange(t.Context(), rundlet.Between("b", "d"),
		rundlet.KeysMax(1), rundlet.RequestID("range"), rundlet.OS)
	if err != nil || part.DeletedCount != 1 || len(part.Previous) != 0 {
		t.Errorf("got %+v, %v", part, err)
	}
	again, err := db.DeleteRange(t.Context(), rundlet.Between("b", "d"),
		rundlet.KeysMax(1), rundlet.RequestID("range"))
	if err != nil || again.DeletedCount != 1 || !again.Replayed {
		t.Errorf("got %+v, %v", again, err)
	}
	rest, err := db.DeleteRange(t.Context(), rundlet.All(),
		rundlet.ReturnPrevious{})
	if err != nil || rest.DeletedCount != 3 || len(rest.Previous) != 3 ||
		rest.Previous[0].Key != "a" {
		t.Errorf("got %+v, %v", rest, err)
	}
}

func TestCountedInTransactions(t *testing.T) {
	db := open(t)
	put(t, db, "r1", rundlet.Text("1"))
	put(t, db, "r2", rundlet.Text("2"))
	result, err := db.Txn().Then(
		rundlet.Add("n", 7, rundlet.Initial(1), rundlet.TTL(time.Hour)),
		rundlet.SetExpiry("n", rundlet.TTL(time.Minute), rundlet.OnlySooner),
		rundlet.DeleteRange(rundlet.Prefix("r")),
		rundlet.DeleteRange(rundlet.Prefix("n"), 5)).
		Commit(t.Context(), rundlet.ReturnPrevious{})
	if err != nil || len(result.Results) != 4 {
		t.Fatalf("got %+v, %v", result, err)
	}
	add, expiry, removed, rest := result.Results[0], result.Results[1],
		result.Results[2], result.Results[3]
	if add.Sum != 8 || add.Existed || expiry.Updated || !expiry.Existed ||
		removed.DeletedCount != 2 || len(removed.Entries) != 2 ||
		removed.Entries[1].Value != rundlet.Text("2") ||
		rest.DeletedCount != 1 {
		t.Errorf("got %+v", result.Results)
	}
}
