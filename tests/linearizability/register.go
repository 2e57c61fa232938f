package linearizability

import (
	"context"
	"fmt"
	"math/rand"

	"github.com/anishathalye/porcupine"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"rundlet/clients/go/rundletpb"
)

// What clients do with one key. A swap puts a value if the key still has the
// revision that its client last saw there; since no value is put twice, that is
// to say the value.
type action int

const (
	get action = iota
	put
	remove
	swap
)

var actionNames = map[action]string{
	get: "get", put: "put", remove: "delete", swap: "swap"}

type registerInput struct {
	action     action
	key        string
	value      string // put, swap
	comparison string // swap: the value expected; "": absent
}

type registerOutput struct {
	value   string // get; "": absent
	existed bool   // put, remove
	applied bool   // swap
	unknown bool   // the answer never came
}

// registerModel is what each key has to be: a value, or "" if it is absent.
var registerModel = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byKey := map[string][]porcupine.Operation{}
		for _, operation := range history {
			key := operation.Input.(registerInput).key
			byKey[key] = append(byKey[key], operation)
		}
		var partitions [][]porcupine.Operation
		for _, partition := range byKey {
			partitions = append(partitions, partition)
		}
		return partitions
	},
	Init: func() any { return "" },
	Step: func(state, in, out any) (bool, any) {
		return stepRegister(state.(string), in.(registerInput),
			out.(registerOutput))
	},
	DescribeOperation: func(in, out any) string {
		input := in.(registerInput)
		return fmt.Sprintf("%s(%s %s->%s) %+v", actionNames[input.action],
			input.key, input.comparison, input.value, out)
	},
}

// stepRegister: what never happened can stand at the very end of the history,
// where nobody sees it, so that an unknown outcome is always possible.
func stepRegister(state string, in registerInput, out registerOutput) (
	bool, string) {
	switch in.action {
	case get:
		return out.value == state, state
	case put:
		return out.unknown || out.existed == (state != ""), in.value
	case remove:
		return out.unknown || out.existed == (state != ""), ""
	default:
		after := state
		if state == in.comparison {
			after = in.value
		}
		return out.unknown || out.applied == (state == in.comparison), after
	}
}

// bound ends writes whose answer never came when somebody had seen their value
// for the first time: they had happened by then. It leaves the checker fewer that
// may happen at any time.
func bound(history []porcupine.Operation) {
	seen := map[string]int64{}
	for _, operation := range history {
		in := operation.Input.(registerInput)
		out := operation.Output.(registerOutput)
		value := out.value
		if in.action == swap && out.applied {
			value = in.comparison
		}
		if end, ok := seen[value]; !ok || operation.Return < end {
			seen[value] = operation.Return
		}
	}
	for i := range history {
		in := history[i].Input.(registerInput)
		end, ok := seen[in.value]
		if ok && in.value != "" && history[i].Output.(registerOutput).unknown {
			history[i].Return = max(end, history[i].Call)
		}
	}
}

// registerClient does operations on keys and writes down what came of them.
type registerClient struct {
	clock   clock
	id      int
	random  *rand.Rand
	store   rundletpb.KeyValueServiceClient
	keys    int
	seen    map[string]*rundletpb.Entry // by key; nil: absent
	history []porcupine.Operation
	points  []point
	writes  int
}

func newRegisterClient(clock clock, id, keys int, random *rand.Rand,
	store rundletpb.KeyValueServiceClient) *registerClient {
	return &registerClient{clock: clock, id: id, random: random, keys: keys,
		store: store, seen: map[string]*rundletpb.Entry{}}
}

func (c *registerClient) next() registerInput {
	in := registerInput{
		action: []action{get, get, put, remove, swap, swap}[c.random.Intn(6)],
		key:    fmt.Sprintf("register:%d", c.random.Intn(c.keys)),
	}
	seen, looked := c.seen[in.key]
	if in.action == swap && !looked {
		in.action = get
	}
	if in.action == swap {
		in.comparison = seen.GetValue().GetText()
	}
	if in.action == put || in.action == swap {
		c.writes++
		in.value = fmt.Sprintf("%d-%d", c.id, c.writes)
	}
	return in
}

// step does one operation. An error is one that no kill explains.
func (c *registerClient) step() error {
	in := c.next()
	ctx, cancel := impatient(c.random)
	defer cancel()
	during := span{c.clock.now(), never}
	out, revision, err := c.call(ctx, in)
	if err == nil {
		during.end = c.clock.now()
		if revision != 0 {
			c.points = append(c.points, point{during, revision,
				in.action != get, actionNames[in.action]})
		}
	} else if !expected(err) {
		return fmt.Errorf("%s %s: %w", actionNames[in.action], in.key, err)
	}
	recoverFrom(err)
	if err != nil && in.action == get {
		return nil
	}
	out.unknown = err != nil
	c.history = append(c.history, porcupine.Operation{ClientId: c.id,
		Input: in, Call: during.begin, Output: out, Return: during.end})
	return nil
}

// call also gives the revision that was seen or made; 0: none was told.
func (c *registerClient) call(ctx context.Context, in registerInput) (
	out registerOutput, revision uint64, err error) {
	value := &rundletpb.Value{Kind: &rundletpb.Value_Text{Text: in.value}}
	switch in.action {
	case get:
		var got *rundletpb.GetResponse
		got, err = c.store.Get(ctx,
			&rundletpb.GetRequest{Key: in.key, AllowMissing: true})
		if err == nil {
			c.seen[in.key] = got.Entry
		}
		out.value = got.GetEntry().GetValue().GetText()
		return out, got.GetReadRevision(), err
	case put:
		var done *rundletpb.PutResponse
		done, err = c.store.Put(ctx,
			&rundletpb.PutRequest{Key: in.key, Value: value})
		out.existed = done.GetExisted()
		return out, done.GetRevision(), err
	case remove:
		var done *rundletpb.DeleteResponse
		done, err = c.store.Delete(ctx, &rundletpb.DeleteRequest{Key: in.key})
		out.existed = done.GetDeleted()
		return out, done.GetRevision(), err
	default:
		revision := c.seen[in.key].GetRevision()
		done, err := c.store.Put(ctx, &rundletpb.PutRequest{
			Key: in.key, Value: value, ExpectedRevision: &revision})
		out.applied = err == nil
		if status.Code(err) == codes.Aborted {
			err = nil
		}
		return out, done.GetRevision(), err
	}
}
