// Goal: scans and pages show a range whole, in order, at one revision.
// Method: against a server process.

package rundlet_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rundlet/clients/go/rundlet"
)

// The keys of a range with everything that a prefix could trip over.
func rangeKeys(t *testing.T, db *rundlet.Client) []string {
	t.Helper()
	keys := []string{"range:", "range:\x00", "range:a", "range:a\U0010ffff",
		"range:b", "range:\u00ff", "range:\U0001f6e2"}
	for _, key := range keys {
		put(t, db, key, rundlet.Text(key))
	}
	put(t, db, "range", rundlet.Text("before"))
	put(t, db, "range;", rundlet.Text("behind"))
	slices.Sort(keys)
	return keys
}

func TestRanges(t *testing.T) {
	db := open(t)
	keys := rangeKeys(t, db)
	prefix := rundlet.Prefix("range:")
	found, err := scanned(db.Scan(t.Context(), prefix))
	if err != nil || !slices.Equal(found, keys) {
		t.Errorf("scan: %q, %v", found, err)
	}
	found, err = scanned(db.Scan(t.Context(),
		rundlet.Between("range:a", "range:b"), rundlet.KeysOnly{}))
	if want := []string{"range:a", "range:a\U0010ffff"}; err != nil ||
		!slices.Equal(found, want) {
		t.Errorf("between: %q, %v", found, err)
	}
	slices.Reverse(keys)
	found, err = scanned(db.Scan(t.Context(), prefix, rundlet.Reverse{}))
	if err != nil || !slices.Equal(found, keys) {
		t.Errorf("reverse: %q, %v", found, err)
	}
	count, err := db.Count(t.Context(), prefix)
	if err != nil || count != uint64(len(keys)) {
		t.Errorf("count: %d, %v", count, err)
	}
	found, err = scanned(db.Scan(t.Context(), rundlet.Prefix("range:zz")))
	if err != nil || len(found) != 0 {
		t.Errorf("an empty range: %q, %v", found, err)
	}
}

func TestPages(t *testing.T) {
	db := open(t)
	keys := rangeKeys(t, db)
	var found []string
	var revision uint64
	token := ""
	for first := true; first || token != ""; first = false {
		page, err := db.List(t.Context(), rundlet.Prefix("range:"),
			rundlet.PageSize(3), rundlet.PageToken(token))
		if err != nil {
			t.Fatal(err)
		}
		if first {
			revision = page.ReadRevision
			put(t, db, "range:later", rundlet.Text("v"))
		} else if page.ReadRevision != revision {
			t.Errorf("revision %d behind %d", page.ReadRevision, revision)
		}
		for _, entry := range page.Entries {
			found = append(found, entry.Key)
		}
		token = page.NextPageToken
	}
	if _, err := db.Delete(t.Context(), "range:later"); err != nil {
		t.Error(err)
	}
	if !slices.Equal(found, keys) {
		t.Errorf("got %q, want %q", found, keys)
	}
	_, err := db.List(t.Context(), rundlet.All(), rundlet.PageToken("xyz"))
	if !errors.Is(err, rundlet.ErrInvalidPageToken) {
		t.Errorf("a mangled token: %v", err)
	}
}

func TestALongScan(t *testing.T) {
	db := open(t)
	// More than a chunk, which has less than 1 MiB.
	const count, valueBytes = 300, 10_000
	for i := range count {
		put(t, db, fmt.Sprintf("long:%03d", i),
			rundlet.Text(strings.Repeat("x", valueBytes)), rundlet.Memory)
	}
	next := 0
	for entry, err := range db.Scan(t.Context(), rundlet.Prefix("long:")) {
		if err != nil {
			t.Fatal(err)
		}
		if entry.Key != fmt.Sprintf("long:%03d", next) ||
			len(entry.Value.String()) != valueBytes {
			t.Fatalf("entry %d is %q", next, entry.Key)
		}
		next++
	}
	if next != count {
		t.Errorf("%d entries, want %d", next, count)
	}
}
