package linearizability

import (
	"cmp"
	"context"
	"fmt"
	"math/rand"
	"slices"

	"rundlet/clients/go/rundletpb"
)

const counters = 20

func counter(n int) string { return fmt.Sprintf("counter:%d", n) }

// addition is an add to one counter, and the sum that was told of it.
type addition struct {
	key   string
	delta int64
	sum   int64
}

// addWrite is a write under one request id: one add, or adds to different
// counters in one transaction.
type addWrite struct {
	id          string
	transaction bool
	additions   []addition
	revision    uint64
	replayed    bool
}

func newAddWrite(random *rand.Rand, id string) addWrite {
	w := addWrite{id: id, transaction: random.Intn(3) == 0}
	count := 1
	if w.transaction {
		count += random.Intn(3)
	}
	for _, n := range random.Perm(counters)[:count] {
		w.additions = append(w.additions, addition{key: counter(n),
			delta: random.Int63n(2000) - 1000})
	}
	return w
}

// ask tries the write once and gives it with what was told.
func (w addWrite) ask(ctx context.Context,
	store rundletpb.KeyValueServiceClient) (addWrite, error) {
	w.additions = slices.Clone(w.additions)
	if !w.transaction {
		a := &w.additions[0]
		answer, err := store.Add(ctx, &rundletpb.AddRequest{
			Key: a.key, Delta: a.delta, RequestId: w.id})
		a.sum = answer.GetSum()
		w.revision, w.replayed = answer.GetRevision(), answer.GetReplayed()
		return w, err
	}
	request := &rundletpb.CommitRequest{RequestId: w.id}
	for _, a := range w.additions {
		request.Operations = append(request.Operations, addOf(a.key, a.delta))
	}
	answer, err := store.Commit(ctx, request)
	if err != nil {
		return w, err
	}
	for i, result := range answer.GetResults() {
		w.additions[i].sum = result.GetSum()
	}
	w.revision, w.replayed = answer.GetRevision(), answer.GetReplayed()
	return w, nil
}

// askUntilAnswered repeats the write, as long as the server can come back.
func (w addWrite) askUntilAnswered(s *subject, random *rand.Rand,
	store rundletpb.KeyValueServiceClient) (addWrite, error) {
	for {
		ctx, cancel := impatient(random)
		told, err := w.ask(ctx, store)
		cancel()
		if err == nil {
			return told, nil
		}
		if !expected(err) || s.lost.Load() {
			return w, fmt.Errorf("write %s: %w", w.id, err)
		}
		recoverFrom(err)
	}
}

// checkRepeat says how the answer to a repeat differs from the first one's.
func checkRepeat(first, repeat addWrite) error {
	if !repeat.replayed {
		return fmt.Errorf("the repeat of write %s is not said to be one",
			first.id)
	}
	if repeat.revision != first.revision ||
		!slices.Equal(repeat.additions, first.additions) {
		return fmt.Errorf("the repeat of write %s was told %v at revision %d, "+
			"the first %v at %d", first.id, repeat.additions, repeat.revision,
			first.additions, first.revision)
	}
	return nil
}

// checkSums says where the sums told do not follow from each other, or do not
// lead to what is there.
func checkSums(writes []addWrite, there map[string]int64) error {
	sums := map[string]int64{}
	slices.SortFunc(writes, func(a, b addWrite) int {
		return cmp.Compare(a.revision, b.revision)
	})
	for i, w := range writes {
		if i > 0 && w.revision == writes[i-1].revision {
			return fmt.Errorf("writes %s and %s both have revision %d",
				writes[i-1].id, w.id, w.revision)
		}
		for _, a := range w.additions {
			sums[a.key] += a.delta
			if a.sum != sums[a.key] {
				return fmt.Errorf("%s had %d, %d was added at revision %d, "+
					"and the sum told was %d", a.key, sums[a.key]-a.delta,
					a.delta, w.revision, a.sum)
			}
		}
	}
	for key, sum := range sums {
		if there[key] != sum {
			return fmt.Errorf("%s should have %d and has %d", key, sum,
				there[key])
		}
	}
	return nil
}
