package linearizability

import (
	"fmt"
	"slices"
	"sort"
)

// version is a write at its place in the one order.
type version struct {
	write
	revision uint64
}

// replay explains transfers and views by one order of revisions.
type replay struct {
	game      game
	transfers []transfer
	views     []view
	versions  map[string][]version // by key, oldest first
}

// check says what the order cannot explain.
func (r *replay) check() error {
	r.settle()
	if err := r.order(); err != nil {
		return err
	}
	for _, v := range r.views {
		if err := r.explain(v); err != nil {
			return fmt.Errorf("%s at revision %d: %w", v.what, v.revision, err)
		}
	}
	for _, t := range r.transfers {
		if t.outcome == refused && r.wouldApply(t) {
			return fmt.Errorf("at revision %d all of %v held, but it was "+
				"refused", t.revision, t.writes)
		}
	}
	return checkRealTime(r.points())
}

// settle finds the revisions of transfers without an answer: what nobody ever
// saw did not happen, since each write needs the revision before it, and all
// keys are looked at in the end.
func (r *replay) settle() {
	revisions := map[string]uint64{}
	for _, v := range r.views {
		for _, found := range v.found {
			revisions[found.value] = found.revision
		}
	}
	for i := range r.transfers {
		t := &r.transfers[i]
		for _, w := range t.writes {
			if revision := revisions[w.value]; t.outcome == unknown &&
				revision != 0 {
				t.outcome, t.revision = applied, revision
			}
		}
	}
}

// order lays out the versions of each key; each has to stand on the one that
// its transaction saw.
func (r *replay) order() error {
	r.versions = map[string][]version{}
	taken := map[uint64]bool{}
	for _, t := range r.transfers {
		if t.outcome != applied {
			continue
		}
		if taken[t.revision] {
			return fmt.Errorf("revision %d was given twice", t.revision)
		}
		taken[t.revision] = true
		for key, w := range t.writes {
			r.versions[key] = append(r.versions[key], version{w, t.revision})
		}
	}
	for key, versions := range r.versions {
		slices.SortFunc(versions, func(a, b version) int {
			return int(a.revision) - int(b.revision)
		})
		before := uint64(0)
		for _, v := range versions {
			if v.before != before {
				return fmt.Errorf("%s: revision %d was made on condition of "+
					"revision %d, but stands on %d", key, v.revision,
					v.before, before)
			}
			before = v.revision
		}
	}
	return nil
}

// at is the key's version at a revision.
func (r *replay) at(key string, revision uint64) version {
	versions := r.versions[key]
	above := sort.Search(len(versions), func(i int) bool {
		return versions[i].revision > revision
	})
	if above == 0 {
		return version{}
	}
	return versions[above-1]
}

func (r *replay) explain(v view) error {
	contents := map[string]string{}
	for _, key := range v.asked {
		is, shouldBe := v.found[key], r.at(key, v.revision)
		if is.value != shouldBe.value || is.revision != shouldBe.revision {
			return fmt.Errorf("%s has %q of revision %d, not %q of %d", key,
				is.value, is.revision, shouldBe.value, shouldBe.revision)
		}
		contents[key] = is.content()
	}
	if len(v.found) != len(v.asked) {
		return fmt.Errorf("%d keys were asked for, %d came", len(v.asked),
			len(v.found))
	}
	if v.whole {
		return r.game.check(contents)
	}
	return nil
}

func (r *replay) wouldApply(t transfer) bool {
	for key, w := range t.writes {
		if r.at(key, t.revision).revision != w.before {
			return false
		}
	}
	return true
}

// points: what was never answered has no place in real time.
func (r *replay) points() []point {
	var points []point
	for _, t := range r.transfers {
		if t.end != never {
			points = append(points, point{t.span, t.revision,
				t.outcome == applied, "transaction"})
		}
	}
	for _, v := range r.views {
		points = append(points, point{v.span, v.revision, false, v.what})
	}
	return points
}
