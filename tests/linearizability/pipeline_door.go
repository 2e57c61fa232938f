package linearizability

import (
	"context"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"rundlet/clients/go/rundletpb"
)

// pipelineDoor does operations on keys through one Pipeline, which all who use
// the door share, and the rest as the inner client does. A stream that broke is
// followed by another one; what it owed then has an unknown outcome.
type pipelineDoor struct {
	rundletpb.KeyValueServiceClient

	mutex   sync.Mutex
	stream  *pipelineStream // nil: none yet
	streams []*pipelineStream
}

type operation = rundletpb.PipelineOperation

func (d *pipelineDoor) Get(ctx context.Context,
	request *rundletpb.GetRequest, _ ...grpc.CallOption) (
	*rundletpb.GetResponse, error) {
	answer, err := d.ask(ctx, &operation{
		Operation: &rundletpb.PipelineOperation_Get{Get: request}})
	return answer.GetGet(), err
}

func (d *pipelineDoor) Put(ctx context.Context,
	request *rundletpb.PutRequest, _ ...grpc.CallOption) (
	*rundletpb.PutResponse, error) {
	answer, err := d.ask(ctx, &operation{
		Operation: &rundletpb.PipelineOperation_Put{Put: request}})
	return answer.GetPut(), err
}

func (d *pipelineDoor) Delete(ctx context.Context,
	request *rundletpb.DeleteRequest, _ ...grpc.CallOption) (
	*rundletpb.DeleteResponse, error) {
	answer, err := d.ask(ctx, &operation{
		Operation: &rundletpb.PipelineOperation_Delete{Delete: request}})
	return answer.GetDelete(), err
}

func (d *pipelineDoor) Add(ctx context.Context,
	request *rundletpb.AddRequest, _ ...grpc.CallOption) (
	*rundletpb.AddResponse, error) {
	answer, err := d.ask(ctx, &operation{
		Operation: &rundletpb.PipelineOperation_Add{Add: request}})
	return answer.GetAdd(), err
}

func (d *pipelineDoor) Commit(ctx context.Context,
	request *rundletpb.CommitRequest, _ ...grpc.CallOption) (
	*rundletpb.CommitResponse, error) {
	answer, err := d.ask(ctx, &operation{
		Operation: &rundletpb.PipelineOperation_Commit{Commit: request}})
	return answer.GetCommit(), err
}

// ask waits for the answer as long as ctx lets it; the operation may take
// effect all the same.
func (d *pipelineDoor) ask(ctx context.Context, asked *operation) (
	*rundletpb.PipelineAnswer, error) {
	stream, err := d.open()
	if err != nil {
		return nil, err
	}
	answered := stream.send(asked)
	select {
	case answer := <-answered:
		if failed := answer.GetError(); failed != nil {
			return nil, status.Error(codes.Code(failed.GetCode()),
				failed.GetMessage())
		}
		return answer, nil
	case <-ctx.Done():
		return nil, status.FromContextError(ctx.Err()).Err()
	case <-stream.ended:
		return nil, stream.err
	}
}

// open gives the stream that lives, or a new one.
func (d *pipelineDoor) open() (*pipelineStream, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.stream != nil {
		select {
		case <-d.stream.ended:
		default:
			return d.stream, nil
		}
	}
	stream, err := startPipeline(d.KeyValueServiceClient)
	if err == nil {
		d.stream = stream
		d.streams = append(d.streams, stream)
	}
	return stream, err
}

// close ends the stream and says which one has broken the order in which
// operations were sent.
func (d *pipelineDoor) close() error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for _, stream := range d.streams {
		stream.cancel()
		<-stream.ended
		if err := checkOrder(stream.effects); err != nil {
			return err
		}
	}
	return nil
}
