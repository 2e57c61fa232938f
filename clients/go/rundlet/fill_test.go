// Goal: of many who miss a key one computes its value; one that fails lets the
// next one do so, and a value that is stale is computed again.
// Method: against a server process, with many goroutines.

package rundlet_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rundlet/clients/go/rundlet"
)

func TestGetOrFillComputesOnce(t *testing.T) {
	db := open(t)
	var computed atomic.Int32
	var callers sync.WaitGroup
	for range 50 {
		callers.Go(func() {
			value, err := db.GetOrFill(t.Context(), "k",
				func(context.Context) (rundlet.Value, error) {
					computed.Add(1)
					time.Sleep(50 * time.Millisecond)
					return rundlet.Text("computed"), nil
				}, rundlet.TTL(time.Hour), rundlet.OS)
			if err != nil || value != rundlet.Text("computed") {
				t.Errorf("got %v, %v", value, err)
			}
		})
	}
	callers.Wait()
	if computed.Load() != 1 {
		t.Errorf("it was computed %d times", computed.Load())
	}
	if get(t, db, "k").ExpireTime.IsZero() {
		t.Error("it has no expiry")
	}
}

func TestGetOrFillPassesOnAFailure(t *testing.T) {
	db := open(t)
	failed := errors.New("the source is down")
	_, err := db.GetOrFill(t.Context(), "k",
		func(context.Context) (rundlet.Value, error) { return rundlet.Value{}, failed },
		rundlet.FillHold(10*time.Minute))
	if !errors.Is(err, failed) {
		t.Fatalf("got %v", err)
	}
	// Not in ten minutes: the lease was given back.
	value, err := db.GetOrFill(t.Context(), "k",
		func(context.Context) (rundlet.Value, error) {
			return rundlet.Text("up"), nil
		})
	if err != nil || value != rundlet.Text("up") {
		t.Errorf("got %v, %v", value, err)
	}
}

func TestGetOrFillComputesAgainWhatIsStale(t *testing.T) {
	db := open(t)
	source := 0
	value, err := db.GetOrFill(t.Context(), "k",
		func(ctx context.Context) (rundlet.Value, error) {
			computed := rundlet.Text(fmt.Sprint(source))
			if source < 2 {
				source++
				if _, err := db.Delete(ctx, "k"); err != nil {
					return rundlet.Value{}, err
				}
			}
			return computed, nil
		})
	if err != nil || value != rundlet.Text("2") {
		t.Errorf("got %v, %v", value, err)
	}
	if found := get(t, db, "k").Value; found != rundlet.Text("2") {
		t.Errorf("found %v", found)
	}
}

func TestGetOrFillEndsWithItsContext(t *testing.T) {
	db := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := db.GetOrFill(t.Context(), "k",
		func(context.Context) (rundlet.Value, error) {
			_, err := db.GetOrFill(ctx, "k", nil)
			return rundlet.Value{}, err
		})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
