// Goal: a value of any size goes to the server and comes back as a stream, and
// what goes wrong on the way is told. Method: against a server process; readers
// that fail, values that are replaced while they are read.

package rundlet_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"rundlet/clients/go/rundlet"
)

func randomBytes(count int, seed uint64) []byte {
	random := rand.New(rand.NewPCG(seed, 0))
	data := make([]byte, count)
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	return data
}

func putLarge(t *testing.T, db *rundlet.Client, key string, data []byte,
	options ...rundlet.PutOption) rundlet.PutLargeResult {
	t.Helper()
	result, err := db.PutLarge(t.Context(), key, rundlet.KindData,
		bytes.NewReader(data), options...)
	if err != nil {
		t.Fatalf("put of %q: %v", key, err)
	}
	return result
}

func getLarge(t *testing.T, db *rundlet.Client, key string,
	options ...rundlet.GetOption) *rundlet.LargeValue {
	t.Helper()
	value, err := db.GetLarge(t.Context(), key, options...)
	if err != nil {
		t.Fatalf("get of %q: %v", key, err)
	}
	t.Cleanup(func() { _ = value.Close() })
	return value
}

func TestLargeValuesComeBack(t *testing.T) {
	db := open(t)
	for _, size := range []int{0, 1, 1 << 20, 1<<20 + 1, 5_000_000} {
		data := randomBytes(size, 1)
		put := putLarge(t, db, "film", data)
		if put.Bytes != uint64(size) {
			t.Errorf("%d bytes were written, not %d", put.Bytes, size)
		}
		value := getLarge(t, db, "film")
		if value.Info.Kind != rundlet.KindData ||
			value.Info.Bytes != uint64(size) ||
			value.Entry.Revision != put.Revision {
			t.Errorf("size %d: %+v %+v", size, value.Info, value.Entry)
		}
		got, err := io.ReadAll(value)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("size %d: %d bytes came back: %v", size, len(got), err)
		}
	}
	entry := get(t, db, "film")
	if !entry.ValueOmitted || entry.Large == nil ||
		entry.Large.Bytes != 5_000_000 {
		t.Errorf("its entry is %+v", entry)
	}
}

func TestLargePutTakesOptions(t *testing.T) {
	db := open(t)
	data := randomBytes(2_000_000, 2)
	first := putLarge(t, db, "film", data, rundlet.CreateOnly{},
		rundlet.RequestID("once"), rundlet.OS)
	repeat := putLarge(t, db, "film", data, rundlet.CreateOnly{},
		rundlet.RequestID("once"), rundlet.OS)
	if !repeat.Replayed || repeat.Revision != first.Revision {
		t.Errorf("the repeat is %+v, the first %+v", repeat, first)
	}
	_, err := db.PutLarge(t.Context(), "film", rundlet.KindData,
		bytes.NewReader(data), rundlet.CreateOnly{})
	if !errors.Is(err, rundlet.ErrKeyExists) {
		t.Errorf("a second creation: %v", err)
	}
	_, err = db.PutLarge(t.Context(), "film", rundlet.KindData,
		bytes.NewReader(data), rundlet.If(rundlet.Absent("film")))
	if !errors.Is(err, rundlet.ErrConditionFailed) {
		t.Errorf("a condition that does not hold: %v", err)
	}
	replaced := putLarge(t, db, "film", data, rundlet.ReturnPrevious{})
	if replaced.Previous == nil || replaced.Previous.Large == nil {
		t.Errorf("previous is %+v", replaced.Previous)
	}
}

type brokenReader struct{ left int }

var errBroken = errors.New("the source is broken")

func (r *brokenReader) Read(into []byte) (int, error) {
	if r.left == 0 {
		return 0, errBroken
	}
	count := min(r.left, len(into))
	r.left -= count
	return count, nil
}

func TestLargePutThatFailsChangesNothing(t *testing.T) {
	db := open(t)
	put(t, db, "film", rundlet.Text("before"))
	_, err := db.PutLarge(t.Context(), "film", rundlet.KindData,
		&brokenReader{left: 3_000_000})
	if !errors.Is(err, errBroken) {
		t.Errorf("a broken source: %v", err)
	}
	_, err = db.PutLarge(t.Context(), "film", rundlet.KindText,
		bytes.NewReader(append(make([]byte, 3_000_000), 0xff)))
	if !errors.Is(err, rundlet.ErrInvalidField) {
		t.Errorf("a text that is none: %v", err)
	}
	if got := get(t, db, "film").Value; got != rundlet.Text("before") {
		t.Errorf("the value is %v", got)
	}
}

func TestLargeGetShowsOneVersion(t *testing.T) {
	db := open(t)
	old := randomBytes(6_000_000, 3)
	putLarge(t, db, "film", old)
	snapshot, err := db.OpenSnapshot(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	value := getLarge(t, db, "film")
	putLarge(t, db, "film", randomBytes(6_000_000, 4))
	got, err := io.ReadAll(value)
	if err != nil || !bytes.Equal(got, old) {
		t.Errorf("%d bytes came: %v", len(got), err)
	}
	got, err = io.ReadAll(getLarge(t, db, "film", snapshot))
	if err != nil || !bytes.Equal(got, old) {
		t.Errorf("%d bytes came of the snapshot: %v", len(got), err)
	}
	if err := snapshot.Release(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err = db.GetLarge(t.Context(), "none"); !errors.Is(err,
		rundlet.ErrKeyNotFound) {
		t.Errorf("an absent key: %v", err)
	}
}
