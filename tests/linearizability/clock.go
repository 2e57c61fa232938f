package linearizability

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// callTimeout is how long a patient caller waits.
const callTimeout = 10 * time.Second

// never is the end of an operation whose answer never came: it may take effect
// at any time.
const never = math.MaxInt64

// span is when an operation was under way, in nanoseconds.
type span struct{ begin, end int64 }

// clock gives spans their times.
type clock struct{ start time.Time }

func (c clock) now() int64 { return int64(time.Since(c.start)) }

// impatient is how long a caller waits; one in so many gives up at once, so
// that the outcome of its call stays unknown though the server lives.
func impatient(random *rand.Rand) (context.Context, context.CancelFunc) {
	patience := callTimeout
	if random.Intn(50) == 0 {
		patience = time.Duration(random.Int63n(int64(time.Millisecond)))
	}
	return context.WithTimeout(context.Background(), patience)
}

// recoverFrom waits a moment if the server is away.
func recoverFrom(err error) {
	if status.Code(err) == codes.Unavailable {
		time.Sleep(5 * time.Millisecond)
	}
}

// expected says whether a call may end like this: because of a kill, or of the
// caller's impatience. Anything else is a finding of its own.
func expected(err error) bool {
	answer, told := status.FromError(err)
	if !told {
		return false
	}
	switch answer.Code() {
	case codes.OK, codes.Unavailable, codes.DeadlineExceeded, codes.Canceled,
		codes.Unknown:
		return true
	default:
		return false
	}
}

// point is an operation's place in the one order of revisions: what it made, or
// the newest that it saw.
type point struct {
	span
	revision uint64
	writes   bool
	what     string
}

// checkRealTime says which operation saw an older state than one that had ended
// before it began, or made a revision that was there already.
func checkRealTime(points []point) error {
	begun := slices.SortedFunc(slices.Values(points), func(a, b point) int {
		return cmp.Compare(a.begin, b.begin)
	})
	ended := slices.SortedFunc(slices.Values(points), func(a, b point) int {
		return cmp.Compare(a.end, b.end)
	})
	var floor point
	next := 0
	for _, p := range begun {
		for ; ended[next].end < p.begin; next++ {
			if ended[next].revision > floor.revision {
				floor = ended[next]
			}
		}
		if p.revision < floor.revision ||
			(p.writes && p.revision == floor.revision) {
			return fmt.Errorf("%s at %d to %d has revision %d, but %s had "+
				"revision %d and ended at %d", p.what, p.begin, p.end,
				p.revision, floor.what, floor.revision, floor.end)
		}
	}
	return nil
}
