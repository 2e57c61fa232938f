package rundlet_test

import (
	"context"
	"net"
	"sync"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/protoadapt"

	"rundlet/clients/go/rundlet"
	"rundlet/clients/go/rundletpb"
)

// A scripted server answers what a test tells it to. It says nothing about what
// Rundlet does; it makes failures that a healthy server does not show.
type scripted struct {
	rundletpb.UnimplementedKeyValueServiceServer

	mutex sync.Mutex
	// What the coming calls answer, in order: for Scan, chunks before the
	// error; for Watch, events.
	steps []step
	calls []proto.Message
	// Closed when a stream has seen its client leave.
	left chan struct{}
}

type step struct {
	answer proto.Message
	chunks []*rundletpb.ScanResponse
	events []*rundletpb.WatchResponse
	err    error
	// Wait until the client has left.
	wait bool
}

func (s *scripted) next(call proto.Message) step {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.calls = append(s.calls, proto.Clone(call))
	if len(s.steps) == 0 {
		return step{err: status.Error(codes.Unimplemented, "no step is left")}
	}
	next := s.steps[0]
	s.steps = s.steps[1:]
	return next
}

func (s *scripted) requests() []proto.Message {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]proto.Message(nil), s.calls...)
}

func answer[A proto.Message](ctx context.Context, s *scripted,
	call proto.Message) (A, error) {
	next := s.next(call)
	if next.wait {
		<-ctx.Done()
		next.err = status.FromContextError(ctx.Err()).Err()
	}
	found, _ := next.answer.(A)
	return found, next.err
}

func (s *scripted) Get(ctx context.Context, r *rundletpb.GetRequest) (
	*rundletpb.GetResponse, error) {
	return answer[*rundletpb.GetResponse](ctx, s, r)
}

func (s *scripted) Put(ctx context.Context, r *rundletpb.PutRequest) (
	*rundletpb.PutResponse, error) {
	return answer[*rundletpb.PutResponse](ctx, s, r)
}

func (s *scripted) Delete(ctx context.Context, r *rundletpb.DeleteRequest) (
	*rundletpb.DeleteResponse, error) {
	return answer[*rundletpb.DeleteResponse](ctx, s, r)
}

func (s *scripted) SetExpiry(ctx context.Context,
	r *rundletpb.SetExpiryRequest) (*rundletpb.SetExpiryResponse, error) {
	return answer[*rundletpb.SetExpiryResponse](ctx, s, r)
}

func (s *scripted) Commit(ctx context.Context, r *rundletpb.CommitRequest) (
	*rundletpb.CommitResponse, error) {
	return answer[*rundletpb.CommitResponse](ctx, s, r)
}

func (s *scripted) BatchGet(ctx context.Context,
	r *rundletpb.BatchGetRequest) (*rundletpb.BatchGetResponse, error) {
	return answer[*rundletpb.BatchGetResponse](ctx, s, r)
}

func (s *scripted) List(ctx context.Context, r *rundletpb.ListRequest) (
	*rundletpb.ListResponse, error) {
	return answer[*rundletpb.ListResponse](ctx, s, r)
}

func (s *scripted) GetLimits(ctx context.Context,
	r *rundletpb.GetLimitsRequest) (*rundletpb.GetLimitsResponse, error) {
	return answer[*rundletpb.GetLimitsResponse](ctx, s, r)
}

func (s *scripted) Scan(r *rundletpb.ScanRequest,
	stream grpc.ServerStreamingServer[rundletpb.ScanResponse]) error {
	next := s.next(r)
	for _, chunk := range next.chunks {
		if err := stream.Send(chunk); err != nil {
			return err
		}
	}
	if next.wait {
		<-stream.Context().Done()
		next.err = status.FromContextError(stream.Context().Err()).Err()
		close(s.left)
	}
	return next.err
}

func (s *scripted) Watch(r *rundletpb.WatchRequest,
	stream grpc.ServerStreamingServer[rundletpb.WatchResponse]) error {
	next := s.next(r)
	for _, event := range next.events {
		if err := stream.Send(event); err != nil {
			return err
		}
	}
	return next.err
}

// script serves the steps and gives a client of them.
func script(t *testing.T, steps []step, options ...rundlet.ClientOption) (
	*rundlet.Client, *scripted) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	service := &scripted{steps: steps, left: make(chan struct{})}
	server := grpc.NewServer()
	rundletpb.RegisterKeyValueServiceServer(server, service)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return connect(t, listener.Addr().String(), options...), service
}

func connect(t *testing.T, target string,
	options ...rundlet.ClientOption) *rundlet.Client {
	t.Helper()
	db, err := rundlet.New(target, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// failure is an error as Rundlet sends it.
func failure(code codes.Code, reason rundlet.Reason, metadata map[string]string,
	details ...protoadapt.MessageV1) error {
	details = append(details, &errdetails.ErrorInfo{
		Reason: string(reason), Domain: "rundlet", Metadata: metadata})
	found, err := status.New(code, "about "+string(reason)).
		WithDetails(details...)
	if err != nil {
		panic(err)
	}
	return found.Err()
}
