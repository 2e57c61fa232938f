package linearizability

import (
	"context"
	"fmt"
	"math/rand"
	"strings"

	"rundlet/clients/go/rundletpb"
)

// game is a set of keys with a sum that no transaction changes.
type game interface {
	name() string
	// begin gives each key its first content.
	begin() map[string]string
	// move reads some keys and says what to make of them; nil: nothing.
	move(random *rand.Rand, read func(key string) (string, error)) (
		map[string]string, error)
	// check looks at all keys at one moment.
	check(contents map[string]string) error
}

// seen is a version of a key as somebody read it. A value is its content, the
// key, and the name of the transaction that put it: no value is put twice.
type seen struct {
	value    string
	revision uint64
}

func (s seen) content() string {
	content, _, _ := strings.Cut(s.value, "#")
	return content
}

// write is one put of a transaction, on condition that its key still has the
// revision before.
type write struct {
	value  string
	before uint64
}

type outcome int

const (
	applied outcome = iota
	refused
	unknown
)

// transfer is one transaction. The revision is that which was made or, if it was
// refused, seen; of an unknown outcome it is 0.
type transfer struct {
	span
	outcome  outcome
	revision uint64
	writes   map[string]write
}

// player moves, and looks at all, again and again.
type player struct {
	game      game
	clock     clock
	id        int
	random    *rand.Rand
	store     rundletpb.KeyValueServiceClient
	keys      []string
	transfers []transfer
	views     []view
}

func (p *player) prefix() string { return p.game.name() + ":" }

// step makes one move or looks at all.
func (p *player) step() error {
	var err error
	switch p.random.Intn(10) {
	case 0:
		err = p.look(p.scan)
	case 1:
		err = p.look(p.list)
	case 2:
		err = p.look(p.readSnapshot)
	case 3:
		err = p.look(func(ctx context.Context) (view, error) {
			return p.batch(ctx, p.keys)
		})
	default:
		err = p.move()
	}
	recoverFrom(err)
	if expected(err) {
		return nil
	}
	return err
}

func (p *player) move() error {
	ctx, cancel := impatient(p.random)
	defer cancel()
	read := map[string]seen{}
	contents, err := p.game.move(p.random, func(key string) (string, error) {
		v, err := p.batch(ctx, []string{key})
		if err != nil {
			return "", err
		}
		p.views = append(p.views, v)
		read[key] = v.found[key]
		return read[key].content(), nil
	})
	if err != nil || contents == nil {
		return err
	}
	return p.commit(ctx, contents, read)
}

func (p *player) commit(ctx context.Context, contents map[string]string,
	read map[string]seen) error {
	t := transfer{outcome: unknown, writes: map[string]write{}}
	request := &rundletpb.CommitRequest{Otherwise: &rundletpb.Otherwise{}}
	for key, content := range contents {
		w := write{before: read[key].revision,
			value: fmt.Sprintf("%s#%s/%d-%d", content, key, p.id,
				len(p.transfers))}
		t.writes[key] = w
		request.Conditions = append(request.Conditions, isAt(key, w.before))
		request.Operations = append(request.Operations, putOf(key, w.value))
	}
	t.span = span{p.clock.now(), never}
	answer, err := p.store.Commit(ctx, request)
	if err == nil {
		t.end = p.clock.now()
		t.outcome, t.revision = refused, answer.GetReadRevision()
		if answer.GetBranch() == rundletpb.Branch_BRANCH_OPERATIONS {
			t.outcome, t.revision = applied, answer.GetRevision()
		}
	}
	p.transfers = append(p.transfers, t)
	return err
}

func isAt(key string, revision uint64) *rundletpb.Condition {
	return &rundletpb.Condition{Key: key, Test: &rundletpb.Condition_Revision{
		Revision: &rundletpb.NumberComparison{
			Comparison: &rundletpb.NumberComparison_Equal{Equal: revision}}}}
}

func putOf(key, value string) *rundletpb.Operation {
	return &rundletpb.Operation{Operation: &rundletpb.Operation_Put{
		Put: &rundletpb.PutOperation{Key: key, Value: &rundletpb.Value{
			Kind: &rundletpb.Value_Text{Text: value}}}}}
}

func newPlayer(g game, c clock, id int, random *rand.Rand,
	store rundletpb.KeyValueServiceClient) *player {
	p := &player{game: g, clock: c, id: id, random: random, store: store}
	for key := range g.begin() {
		p.keys = append(p.keys, key)
	}
	return p
}

// set puts the game's first contents.
func (p *player) set() error {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	return p.commit(ctx, p.game.begin(), nil)
}
