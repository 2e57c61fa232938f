// Goal: conditions, digests and tests of expiries decide over every write.
// Method: against a server process, each met and not.

package rundlet_test

import (
	"errors"
	"testing"
	"time"

	"rundlet/clients/go/rundlet"
)

func TestEveryWriteHasConditions(t *testing.T) {
	ctx := t.Context()
	writes := map[string]func(*rundlet.Client, rundlet.WriteConditions) error{
		"Put": func(db *rundlet.Client, only rundlet.WriteConditions) error {
			_, err := db.Put(ctx, "k", rundlet.Text("2"), only)
			return err
		},
		"Delete": func(db *rundlet.Client, only rundlet.WriteConditions) error {
			_, err := db.Delete(ctx, "k", only)
			return err
		},
		"SetExpiry": func(db *rundlet.Client,
			only rundlet.WriteConditions) error {
			_, err := db.SetExpiry(ctx, "k", rundlet.TTL(time.Hour), only)
			return err
		},
		"Add": func(db *rundlet.Client, only rundlet.WriteConditions) error {
			_, err := db.Add(ctx, "k", 1, only)
			return err
		},
	}
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			put(t, db, "k", rundlet.Text("1"))
			err := write(db,
				rundlet.If(rundlet.Exists("k"), rundlet.Absent("k")))
			var failure *rundlet.Error
			if !errors.As(err, &failure) {
				t.Fatalf("got %v", err)
			}
			if found, ok := failure.FailedCondition(); !ok ||
				found.Index != 1 || found.Version != 1 {
				t.Errorf("got %+v", found)
			}
			err = write(db, rundlet.If(rundlet.VersionOf("k").Equal(1)))
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDigests(t *testing.T) {
	db := open(t)
	for _, value := range []rundlet.Value{rundlet.Text(""),
		rundlet.Text("1"), rundlet.Data([]byte("1")), rundlet.JSONText("1")} {
		put(t, db, "k", value)
		put(t, db, "k", value,
			rundlet.If(rundlet.DigestEquals("k", value.Digest())))
		_, err := db.Delete(t.Context(), "k",
			rundlet.If(rundlet.DigestDiffers("k", value.Digest())))
		if !errors.Is(err, rundlet.ErrConditionFailed) {
			t.Errorf("%v %q: %v", value.Kind(), value, err)
		}
	}
}

func TestAReadTouches(t *testing.T) {
	db := open(t)
	put(t, db, "k", rundlet.Text("v"), rundlet.TTL(time.Minute))
	result, err := db.SetExpiry(t.Context(), "k", rundlet.TTL(time.Hour),
		rundlet.ReturnPrevious{})
	if err != nil || !result.Updated || result.Previous == nil ||
		result.Previous.Value != rundlet.Text("v") {
		t.Errorf("got %+v, %v", result, err)
	}
	entry := get(t, db, "k")
	if entry.ExpireTime.Sub(entry.ModifyTime) != time.Hour ||
		entry.Revision != result.Revision {
		t.Errorf("got %+v", entry)
	}
	result, err = db.SetExpiry(t.Context(), "none", rundlet.TTL(time.Hour),
		rundlet.ReturnPrevious{})
	if err != nil || result.Updated || result.Existed ||
		result.Previous != nil {
		t.Errorf("got %+v, %v", result, err)
	}
}

func TestExpiryTests(t *testing.T) {
	db := open(t)
	minute, hour := rundlet.TTL(time.Minute), rundlet.TTL(time.Hour)
	for _, each := range []struct {
		test     rundlet.ExpiryTest
		old, new rundlet.Expiry
		passes   bool
	}{
		{rundlet.OnlySooner, minute, hour, true},
		{rundlet.OnlySooner, hour, minute, false},
		{rundlet.OnlyLater, hour, minute, true},
		{rundlet.OnlyLater, minute, hour, false},
		{rundlet.OnlyNever, rundlet.Never(), hour, true},
		{rundlet.OnlyNever, minute, hour, false},
		{rundlet.OnlyExpires, minute, hour, true},
		{rundlet.OnlyExpires, rundlet.Never(), hour, false},
	} {
		put(t, db, "k", rundlet.Text("v"), each.old)
		result, err := db.SetExpiry(t.Context(), "k", each.new, each.test)
		if err != nil || result.Updated != each.passes || !result.Existed {
			t.Errorf("%+v: got %+v, %v", each, result, err)
		}
	}
}
