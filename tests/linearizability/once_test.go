package linearizability

// Goal: a write with a request id happens exactly once, however often its
// answer is lost (T3), and every repeat is told what the first would have been.
// Method: clients add to counters through kills, and repeat each add with its id
// until it is answered. The sums told, in the order of their revisions, have to
// lead from nothing to what is there in the end. RUNDLET_KILLS says how many
// kills there are.

import (
	"cmp"
	"context"
	"fmt"
	"math/rand"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"

	"rundlet/clients/go/rundletpb"
)

const counters = 20

func counter(n int) string { return fmt.Sprintf("counter:%d", n) }

// addition is an add that was answered at last.
type addition struct {
	key      string
	delta    int64
	sum      int64
	revision uint64
	replayed bool
}

// addOnce repeats one add until there is an answer.
func addOnce(s *subject, store rundletpb.KeyValueServiceClient,
	random *rand.Rand, id string) (addition, error) {
	a := addition{key: counter(random.Intn(counters)),
		delta: random.Int63n(2000) - 1000}
	for {
		ctx, cancel := impatient(random)
		answer, err := store.Add(ctx, &rundletpb.AddRequest{
			Key: a.key, Delta: a.delta, RequestId: id})
		cancel()
		if err == nil {
			a.sum, a.revision = answer.GetSum(), answer.GetRevision()
			a.replayed = answer.GetReplayed()
			return a, nil
		}
		if !expected(err) || s.lost.Load() {
			return a, fmt.Errorf("add to %s: %w", a.key, err)
		}
		recoverFrom(err)
	}
}

// checkSums says where the sums told do not follow from each other, or do not
// lead to what is there.
func checkSums(additions []addition, there map[string]int64) error {
	sums := map[string]int64{}
	slices.SortFunc(additions, func(a, b addition) int {
		return cmp.Compare(a.revision, b.revision)
	})
	for _, a := range additions {
		sums[a.key] += a.delta
		if a.sum != sums[a.key] {
			return fmt.Errorf("%s had %d, %d was added at revision %d, and the "+
				"sum told was %d", a.key, sums[a.key]-a.delta, a.delta,
				a.revision, a.sum)
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

func readCounters(s *subject) (map[string]int64, error) {
	connection, err := s.connect()
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	store := rundletpb.NewKeyValueServiceClient(connection)
	there := map[string]int64{}
	for n := range counters {
		ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
		got, err := store.Get(ctx, &rundletpb.GetRequest{
			Key: counter(n), AllowMissing: true}, grpc.WaitForReady(true))
		cancel()
		if err != nil {
			return nil, err
		}
		if got.GetEntry() == nil {
			continue
		}
		there[counter(n)], err = strconv.ParseInt(
			got.GetEntry().GetValue().GetText(), 10, 64)
		if err != nil {
			return nil, err
		}
	}
	return there, nil
}

func TestAddsHappenExactlyOnce(t *testing.T) {
	kills := number(t, "RUNDLET_KILLS", 5)
	seed := number(t, "RUNDLET_SEED", time.Now().UnixNano()&0xffffffff)
	t.Logf("RUNDLET_SEED=%d", seed)
	s, err := startSubject(binary(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var mutex sync.Mutex
	var additions []addition
	err = s.run(seed, clients, 100*time.Millisecond, func(id int,
		random *rand.Rand, connection *grpc.ClientConn) error {
		store := rundletpb.NewKeyValueServiceClient(connection)
		for n := 0; s.kills.Load() < kills; n++ {
			a, err := addOnce(s, store, random,
				fmt.Sprintf("%d-%d", id, n))
			if err != nil {
				return err
			}
			mutex.Lock()
			additions = append(additions, a)
			mutex.Unlock()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	there, err := readCounters(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkSums(additions, there); err != nil {
		t.Error(err)
	}
	replayed := 0
	for _, a := range additions {
		if a.replayed {
			replayed++
		}
	}
	t.Logf("%d adds through %d kills, %d told by a repeat", len(additions),
		s.kills.Load(), replayed)
	if err := s.server.Stop(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
}

func TestEachLieAboutAnAddIsFound(t *testing.T) {
	truth := []addition{
		{key: "c", delta: 5, sum: 5, revision: 3},
		{key: "c", delta: -2, sum: 3, revision: 4}}
	if err := checkSums(slices.Clone(truth), map[string]int64{"c": 3}); err != nil {
		t.Fatal(err)
	}
	twice := slices.Clone(truth)
	twice[1].sum = 8 // the first had been added twice
	for name, err := range map[string]error{
		"applied twice": checkSums(twice, map[string]int64{"c": 8}),
		"lost":          checkSums(truth, map[string]int64{"c": 5}),
		"gone":          checkSums(truth, nil),
	} {
		if err == nil {
			t.Errorf("%s was not found", name)
		}
	}
}
