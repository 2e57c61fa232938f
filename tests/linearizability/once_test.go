package linearizability

// Goal: a write with a request id happens exactly once, however often its
// answer is lost (T3), and every repeat is told what the first would have been.
// Method: clients add to counters through kills, singly and in transactions, by
// plain calls and through a Pipeline, and repeat each write with its id until it
// is answered; then again, at once and behind all kills. The sums told, in the
// order of their revisions, have to lead from nothing to what is there in the
// end. RUNDLET_KILLS says how many kills there are. In full:
//
//	RUNDLET_KILLS=200 tests/linearizability/test.sh -v -run TestAdds

import (
	"context"
	"fmt"
	"math/rand"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"rundlet/clients/go/rundletpb"
)

// The server remembers a million requests.
const writesPerKill = 100

func readCounters(store rundletpb.KeyValueServiceClient) (map[string]int64,
	error) {
	there := map[string]int64{}
	for n := range counters {
		ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
		got, err := store.Get(ctx, &rundletpb.GetRequest{
			Key: counter(n), AllowMissing: true})
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

// addThrough writes until there were so many kills, and then repeats all again.
func addThrough(kills int64, s *subject, client int, random *rand.Rand,
	store rundletpb.KeyValueServiceClient) ([]addWrite, error) {
	var writes []addWrite
	repeat := func(first addWrite) error {
		told, err := first.askUntilAnswered(s, random, store)
		if err != nil {
			return err
		}
		return checkRepeat(first, told)
	}
	for s.kills.Load() < kills {
		if int64(len(writes)) >= writesPerKill*(s.kills.Load()+1) {
			time.Sleep(time.Millisecond)
			continue
		}
		told, err := newAddWrite(random, fmt.Sprintf("%d-%d", client,
			len(writes))).askUntilAnswered(s, random, store)
		if err != nil {
			return nil, err
		}
		writes = append(writes, told)
		if random.Intn(10) > 0 {
			continue
		}
		if err := repeat(told); err != nil {
			return nil, err
		}
	}
	for _, first := range writes {
		if err := repeat(first); err != nil {
			return nil, err
		}
	}
	return writes, nil
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
	var all []addWrite
	err = s.run(seed, clients, 100*time.Millisecond, func(client int,
		random *rand.Rand, store rundletpb.KeyValueServiceClient) error {
		writes, err := addThrough(kills, s, client, random, store)
		mutex.Lock()
		defer mutex.Unlock()
		all = append(all, writes...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	connection, err := s.connect()
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	there, err := readCounters(rundletpb.NewKeyValueServiceClient(connection))
	if err != nil {
		t.Fatal(err)
	}
	if err := checkSums(all, there); err != nil {
		t.Error(err)
	}
	adds, replayed := 0, 0
	for _, w := range all {
		adds += len(w.additions)
		if w.replayed {
			replayed++
		}
	}
	t.Logf("%d adds in %d writes through %d kills; %d writes were answered "+
		"by a repeat first", adds, len(all), s.kills.Load(), replayed)
	if replayed == 0 {
		t.Error("no answer was lost")
	}
	if err := s.server.Stop(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
}

func TestEachLieAboutAnAddIsFound(t *testing.T) {
	add := func(id string, delta, sum int64, revision uint64) addWrite {
		return addWrite{id: id, revision: revision,
			additions: []addition{{"c", delta, sum}}}
	}
	first, second := add("a", 5, 5, 3), add("b", -2, 3, 4)
	repeat := first
	repeat.replayed = true
	there := map[string]int64{"c": 3}
	err := checkSums([]addWrite{first, second}, there)
	if err == nil {
		err = checkRepeat(first, repeat)
	}
	if err != nil {
		t.Fatal(err)
	}
	moved := repeat
	moved.revision = 5
	for name, err := range map[string]error{
		"applied twice": checkSums([]addWrite{first, add("b", -2, 8, 4)},
			map[string]int64{"c": 8}),
		"lost": checkSums([]addWrite{first, second},
			map[string]int64{"c": 5}),
		"gone": checkSums([]addWrite{first, second}, nil),
		"two of one revision": checkSums([]addWrite{first,
			add("b", -2, 3, 3)}, there),
		"a repeat said to be new": checkRepeat(first, first),
		"a repeat told later":     checkRepeat(first, moved),
	} {
		if err == nil {
			t.Errorf("%s was not found", name)
		}
	}
}
