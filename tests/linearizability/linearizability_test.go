package linearizability

// Goal: P8, seen by clients: one order of all operations explains what each of
// them was told, through kill -9 and compaction.
// Method: random histories against a real server, which RUNDLETD names, or
// bazel-bin has. RUNDLET_RUNS is how many of each kind, RUNDLET_OPERATIONS how
// long each is; RUNDLET_SEED repeats one. In full: see README.md.

import (
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"rundlet/clients/go/rundletpb"
)

const (
	clients     = 16
	keys        = 200
	checkerWait = 5 * time.Minute
)

// number is that of an environment variable.
func number(t *testing.T, name string, otherwise int64) int64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		t.Fatalf("%s is %q, not a positive number", name, text)
	}
	return n
}

func binary() string {
	if path := os.Getenv("RUNDLETD"); path != "" {
		return path
	}
	return filepath.Join("..", "..", "bazel-bin", "service", "rundletd")
}

// eachHistory calls run with a server, a seed and a number of operations.
func eachHistory(t *testing.T,
	run func(t *testing.T, s *subject, seed int64, operations int)) {
	operations := int(number(t, "RUNDLET_OPERATIONS", 5000))
	first := number(t, "RUNDLET_SEED", time.Now().UnixNano()&0xffffffff)
	for i := range number(t, "RUNDLET_RUNS", 1) {
		seed := first + i*1000
		t.Logf("RUNDLET_SEED=%d", seed)
		s, err := startSubject(binary(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		run(t, s, seed, operations)
		t.Logf("%d kills", s.kills.Load())
		if s.kills.Load() == 0 {
			t.Error("the server was never killed")
		}
		if err := s.server.Stop(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			return
		}
	}
}

// pause is about how long the server lives between kills: the longest history
// takes a few seconds and a kill in it some 100 ms, and the shortest has kills,
// too.
func pause(operations int) time.Duration {
	return max(100*time.Millisecond,
		min(500*time.Millisecond, time.Duration(operations)*5*time.Microsecond))
}

func TestKeysAreLinearizable(t *testing.T) {
	eachHistory(t, func(t *testing.T, s *subject, seed int64, operations int) {
		clock := clock{time.Now()}
		var mutex sync.Mutex
		var history []porcupine.Operation
		var points []point
		err := s.run(seed, clients, pause(operations), func(id int, random *rand.Rand,
			store rundletpb.KeyValueServiceClient) error {
			client := newRegisterClient(clock, id, keys, random, store)
			for range operations / clients {
				if err := client.step(); err != nil {
					return err
				}
			}
			mutex.Lock()
			defer mutex.Unlock()
			history = append(history, client.history...)
			points = append(points, client.points...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		bound(history)
		result, info := porcupine.CheckOperationsVerbose(registerModel, history,
			checkerWait)
		if result != porcupine.Ok {
			path := filepath.Join(os.TempDir(), "rundlet_history.html")
			t.Errorf("porcupine says %s of %d operations; see %s (%v)", result,
				len(history), path,
				porcupine.VisualizePath(registerModel, info, path))
		}
		if err := checkRealTime(points); err != nil {
			t.Error(err)
		}
		t.Logf("%d operations, %d with a revision", len(history), len(points))
	})
}

// record lets players play a game, and looks at all in the end.
func record(s *subject, g game, seed int64, operations int,
	pause time.Duration) (*replay, error) {
	clock := clock{time.Now()}
	all := &replay{game: g}
	connection, err := s.connect()
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	judge := newPlayer(g, clock, clients, rand.New(rand.NewSource(seed)),
		rundletpb.NewKeyValueServiceClient(connection))
	if err := judge.set(); err != nil {
		return nil, err
	}
	var mutex sync.Mutex
	err = s.run(seed, clients, pause, func(id int, random *rand.Rand,
		store rundletpb.KeyValueServiceClient) error {
		player := newPlayer(g, clock, id, random, store)
		for range operations / clients {
			if err := player.step(); err != nil {
				return err
			}
		}
		mutex.Lock()
		defer mutex.Unlock()
		all.transfers = append(all.transfers, player.transfers...)
		all.views = append(all.views, player.views...)
		return nil
	})
	for len(judge.views) == 0 && err == nil {
		err = judge.look(judge.scan)
		recoverFrom(err)
		if expected(err) {
			err = nil
		}
	}
	all.transfers = append(all.transfers, judge.transfers...)
	all.views = append(all.views, judge.views...)
	return all, err
}

func TestTransactionsHaveOneOrder(t *testing.T) {
	for _, g := range []game{bank{20}, cycle{20}} {
		t.Run(g.name(), func(t *testing.T) {
			eachHistory(t, func(t *testing.T, s *subject, seed int64,
				operations int) {
				history, err := record(s, g, seed, operations,
					pause(operations))
				if err != nil {
					t.Fatal(err)
				}
				if err := history.check(); err != nil {
					t.Error(err)
				}
				counts := map[outcome]int{}
				for _, transfer := range history.transfers {
					counts[transfer.outcome]++
				}
				views := map[string]int{}
				for _, v := range history.views {
					views[v.what]++
				}
				t.Logf("%d applied, %d refused, %d without effect; views: %v",
					counts[applied], counts[refused], counts[unknown], views)
				for _, what := range []string{"batch", "scan", "list",
					"snapshot"} {
					if views[what] < operations/1000 {
						t.Errorf("hardly any %s came to its end", what)
					}
				}
				if counts[applied] < operations/100 {
					t.Error("hardly any transaction applied")
				}
			})
		})
	}
}
