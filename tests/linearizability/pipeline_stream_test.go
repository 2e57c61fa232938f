package linearizability

// Goal: the order of a stream is really looked at.
// Method: effects as a server could tell them, in turn and not.

import "testing"

func TestEachLieAboutTheOrderOfAStreamIsFound(t *testing.T) {
	wrote := func(place, revision uint64) effect {
		return effect{place, revision, true}
	}
	read := func(place, revision uint64) effect {
		return effect{place, revision, false}
	}
	// Answers come in any order.
	truth := []effect{wrote(2, 8), read(1, 7), read(3, 8), wrote(5, 12)}
	if err := checkOrder(truth); err != nil {
		t.Fatal(err)
	}
	for name, effects := range map[string][]effect{
		"a write overtaken by a later one":   {wrote(1, 9), wrote(2, 8)},
		"two writes of one revision":         {wrote(1, 8), wrote(2, 8)},
		"a read that misses a write":         {wrote(1, 8), read(2, 7)},
		"a read that sees what comes later":  {read(1, 8), wrote(2, 8)},
		"a read that is behind another read": {read(1, 8), read(2, 7)},
	} {
		if checkOrder(effects) == nil {
			t.Errorf("%s was not found", name)
		}
	}
}
