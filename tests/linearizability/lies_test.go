package linearizability

// Goal: the checkers can fail: each kind of lie that a server could tell is
// found.
// Method: a history that a real server has told is changed in one place, as if
// it had lied there.

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// copyOf is a history of its own, to be changed.
func copyOf(r *replay) *replay {
	lied := &replay{game: r.game, transfers: slices.Clone(r.transfers)}
	for i := range lied.transfers {
		lied.transfers[i].writes = maps.Clone(lied.transfers[i].writes)
	}
	for _, v := range r.views {
		v.found = maps.Clone(v.found)
		lied.views = append(lied.views, v)
	}
	return lied
}

// first changes the first element for which it can.
func first[T any](elements []T, change func(*T) bool) bool {
	for i := range elements {
		if change(&elements[i]) {
			return true
		}
	}
	return false
}

// lies are what a server could tell; each says whether it has found a place.
var lies = map[string]func(*replay) bool{
	"a read of an older version":                     olderRead,
	"a key left out of a scan":                       keyLeftOut,
	"a scan of two moments":                          scanOfTwoMoments,
	"a snapshot that shows what came later":          laterSnapshot,
	"a value of another key":                         valueOfAnotherKey,
	"half of a transaction":                          halfTransaction,
	"an acknowledged transaction that is lost":       lostTransaction,
	"a revision given twice":                         revisionTwice,
	"a condition that was not looked at":             unseenCondition,
	"a refusal though all conditions held":           wrongRefusal,
	"a transaction that comes before what had ended": earlyTransaction,
	"a read that goes back in time":                  backwardRead,
	"money out of nowhere":                           moneyOutOfNowhere,
}

func olderRead(r *replay) bool {
	return first(r.views, func(v *view) bool {
		for key, found := range v.found {
			before := r.at(key, found.revision-1)
			if before.revision != 0 {
				v.found[key] = seen{before.value, before.revision}
				return true
			}
		}
		return false
	})
}

func keyLeftOut(r *replay) bool {
	return first(r.views, func(v *view) bool {
		if v.what != "scan" {
			return false
		}
		delete(v.found, v.asked[0])
		return true
	})
}

func scanOfTwoMoments(r *replay) bool {
	return first(r.views, func(v *view) bool {
		if v.what != "scan" {
			return false
		}
		for key, found := range v.found {
			for _, later := range r.versions[key] {
				if later.revision > v.revision {
					v.found[key] = seen{later.value, later.revision}
					return found.revision != later.revision
				}
			}
		}
		return false
	})
}

func laterSnapshot(r *replay) bool {
	return first(r.views, func(v *view) bool {
		if v.what != "snapshot" {
			return false
		}
		for _, key := range v.asked {
			newest := r.versions[key][len(r.versions[key])-1]
			if newest.revision > v.revision {
				v.found[key] = seen{newest.value, newest.revision}
				return true
			}
		}
		return false
	})
}

func valueOfAnotherKey(r *replay) bool {
	return first(r.views, func(v *view) bool {
		if !v.whole {
			return false
		}
		v.found[v.asked[0]] = v.found[v.asked[1]]
		return true
	})
}

func halfTransaction(r *replay) bool {
	return first(r.transfers, func(t *transfer) bool {
		if t.outcome != applied || len(t.writes) > 3 {
			return false
		}
		for key := range t.writes {
			delete(t.writes, key)
			return true
		}
		return false
	})
}

func lostTransaction(r *replay) bool {
	return first(r.transfers, func(t *transfer) bool {
		lost := t.outcome == applied && len(t.writes) <= 3
		if lost {
			t.writes = nil
		}
		return lost
	})
}

func revisionTwice(r *replay) bool {
	var other uint64
	return first(r.transfers, func(t *transfer) bool {
		twice := t.outcome == applied && other != 0
		if twice {
			t.revision = other
		} else if t.outcome == applied {
			other = t.revision
		}
		return twice
	})
}

func unseenCondition(r *replay) bool {
	return first(r.transfers, func(t *transfer) bool {
		if t.outcome != refused {
			return false
		}
		t.outcome, t.revision = applied, 1<<40
		return true
	})
}

func wrongRefusal(r *replay) bool {
	return first(r.transfers, func(t *transfer) bool {
		if t.outcome != applied || len(t.writes) > 3 {
			return false
		}
		refusal := *t
		refusal.outcome, refusal.revision = refused, t.revision-1
		refusal.begin, refusal.end = 0, never-1
		r.transfers = append(r.transfers, refusal)
		return true
	})
}

func earlyTransaction(r *replay) bool {
	return first(r.transfers, func(t *transfer) bool {
		if t.outcome != applied || len(t.writes) > 3 {
			return false
		}
		t.begin, t.end = 0, 1
		return true
	})
}

func backwardRead(r *replay) bool {
	return first(r.views, func(v *view) bool {
		v.begin, v.end = never-2, never-1
		return true
	})
}

func moneyOutOfNowhere(r *replay) bool {
	return first(r.views, func(v *view) bool {
		if !v.whole {
			return false
		}
		key, was := v.asked[0], v.found[v.asked[0]].value
		lie := write{value: "1000000#lie", before: 0}
		for _, t := range r.transfers {
			if w := t.writes[key]; w.value == was {
				lie.before = w.before
				t.writes[key] = lie
			}
		}
		for _, other := range r.views {
			if found := other.found[key]; found.value == was {
				other.found[key] = seen{lie.value, found.revision}
			}
		}
		return true
	})
}

func TestEachLieOfATransactionIsFound(t *testing.T) {
	s, err := startSubject(binary(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.server.Stop(9) }()
	truth, err := record(s, bank{10}, 1, 2000, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if err := truth.check(); err != nil {
		t.Fatal(err)
	}
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			lied := copyOf(truth)
			lied.versions = truth.versions
			if !lie(lied) {
				t.Fatal("the history has no place for it")
			}
			if err := lied.check(); err == nil {
				t.Error("was not found")
			} else {
				t.Log(err)
			}
		})
	}
}

func TestEachLieAboutAKeyIsFound(t *testing.T) {
	in := func(a action, value, comparison string) registerInput {
		return registerInput{action: a, key: "k", value: value,
			comparison: comparison}
	}
	type told struct {
		in  registerInput
		out registerOutput
	}
	wrote := told{in(put, "a", ""), registerOutput{}}
	for name, history := range map[string][]told{
		"a write is lost":       {wrote, {in(get, "", ""), registerOutput{}}},
		"a value of nobody":     {wrote, {in(get, "", ""), registerOutput{value: "b"}}},
		"what existed is new":   {wrote, {in(put, "b", ""), registerOutput{}}},
		"what was not, existed": {{in(remove, "", ""), registerOutput{existed: true}}},
		"a delete undone": {wrote,
			{in(remove, "", ""), registerOutput{existed: true}},
			{in(get, "", ""), registerOutput{value: "a"}}},
		"a swap of what was not there": {wrote,
			{in(swap, "c", "b"), registerOutput{applied: true}}},
		"a swap refused": {wrote, {in(swap, "c", "a"), registerOutput{}}},
		"what was not swapped shows": {wrote,
			{in(swap, "c", "b"), registerOutput{}},
			{in(get, "", ""), registerOutput{value: "c"}}},
		"an unknown write comes and goes": {wrote,
			{in(put, "b", ""), registerOutput{unknown: true}},
			{in(get, "", ""), registerOutput{value: "b"}},
			{in(get, "", ""), registerOutput{value: "a"}}},
	} {
		t.Run(name, func(t *testing.T) {
			var operations []porcupine.Operation
			for i, each := range history {
				end := int64(2*i + 1)
				if each.out.unknown {
					end = never
				}
				operations = append(operations, porcupine.Operation{
					Input: each.in, Output: each.out, ClientId: i,
					Call: int64(2 * i), Return: end})
			}
			bound(operations)
			if porcupine.CheckOperations(registerModel, operations) {
				t.Error("was not found")
			}
		})
	}
}
