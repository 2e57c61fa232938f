package linearizability

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"google.golang.org/grpc"

	"rundlet/clients/go/rundletpb"
)

// effect is what was told of one operation of a stream: the revision that it
// made, or else the newest that it saw. Places count as the operations were sent.
type effect struct {
	place, revision uint64
	writes          bool
}

// checkOrder says which operation of a stream did not take effect in its turn.
func checkOrder(effects []effect) error {
	slices.SortFunc(effects, func(a, b effect) int {
		return cmp.Compare(a.place, b.place)
	})
	var floor effect
	for _, e := range effects {
		if e.revision < floor.revision ||
			(e.writes && e.revision == floor.revision) {
			return fmt.Errorf("operation %d of a stream has revision %d, but "+
				"operation %d before it has %d", e.place, e.revision,
				floor.place, floor.revision)
		}
		floor = e
	}
	return nil
}

// pipelineStream is one call of Pipeline. Operations that are asked for while a
// message is being sent make the next one together.
type pipelineStream struct {
	call   grpc.BidiStreamingClient[rundletpb.PipelineRequest, rundletpb.PipelineResponse]
	cancel context.CancelFunc
	ended  chan struct{} // closed by the receiver
	err    error         // why; read it when ended
	more   chan struct{} // something is queued

	mutex   sync.Mutex
	sent    uint64 // operations, so far; they are their ids
	queue   []*operation
	waiting map[uint64]chan *rundletpb.PipelineAnswer
	effects []effect
}

func startPipeline(store rundletpb.KeyValueServiceClient) (
	*pipelineStream, error) {
	ctx, cancel := context.WithCancel(context.Background())
	call, err := store.Pipeline(ctx)
	if err != nil {
		cancel()
		return nil, err
	}
	s := &pipelineStream{call: call, cancel: cancel,
		ended: make(chan struct{}), more: make(chan struct{}, 1),
		waiting: map[uint64]chan *rundletpb.PipelineAnswer{}}
	go s.sendAll()
	go s.receiveAll()
	return s, nil
}

// send gives a channel for the answer, which may never come.
func (s *pipelineStream) send(asked *operation) <-chan *rundletpb.PipelineAnswer {
	answered := make(chan *rundletpb.PipelineAnswer, 1)
	s.mutex.Lock()
	s.sent++
	asked.Id = s.sent
	s.waiting[asked.Id] = answered
	s.queue = append(s.queue, asked)
	s.mutex.Unlock()
	select {
	case s.more <- struct{}{}:
	default:
	}
	return answered
}

func (s *pipelineStream) sendAll() {
	for {
		select {
		case <-s.more:
		case <-s.ended:
			return
		}
		s.mutex.Lock()
		operations := s.queue
		s.queue = nil
		s.mutex.Unlock()
		// Why it failed, the receiver is told.
		if s.call.Send(&rundletpb.PipelineRequest{
			Operations: operations}) != nil {
			return
		}
	}
}

func (s *pipelineStream) receiveAll() {
	defer close(s.ended)
	defer s.cancel()
	for s.err == nil {
		var message *rundletpb.PipelineResponse
		message, s.err = s.call.Recv()
		for _, answer := range message.GetAnswers() {
			if s.err = s.take(answer); s.err != nil {
				return
			}
		}
	}
}

func (s *pipelineStream) take(answer *rundletpb.PipelineAnswer) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	answered := s.waiting[answer.GetId()]
	if answered == nil {
		return fmt.Errorf("nothing waits for an answer to operation %d",
			answer.GetId())
	}
	delete(s.waiting, answer.GetId())
	if e := effectOf(answer); e.revision != 0 {
		s.effects = append(s.effects, e)
	}
	answered <- answer
	return nil
}

// written is what the answers to writes have in common.
type written interface {
	GetRevision() uint64
	GetReadRevision() uint64
	GetReplayed() bool
}

// effectOf: an error has none, and a repeat that of the first.
func effectOf(answer *rundletpb.PipelineAnswer) effect {
	e := effect{place: answer.GetId()}
	var write written
	switch answer.GetResult().(type) {
	case *rundletpb.PipelineAnswer_Get:
		e.revision = answer.GetGet().GetReadRevision()
		return e
	case *rundletpb.PipelineAnswer_Put:
		write = answer.GetPut()
	case *rundletpb.PipelineAnswer_Delete:
		write = answer.GetDelete()
	case *rundletpb.PipelineAnswer_Add:
		write = answer.GetAdd()
	case *rundletpb.PipelineAnswer_Commit:
		write = answer.GetCommit()
	default:
		return e
	}
	if write.GetReplayed() {
		return e
	}
	e.revision, e.writes = write.GetRevision(), write.GetRevision() != 0
	if !e.writes {
		e.revision = write.GetReadRevision()
	}
	return e
}
