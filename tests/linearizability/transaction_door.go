package linearizability

import (
	"context"

	"google.golang.org/grpc"

	"rundlet/clients/go/rundletpb"
)

// transactionDoor does what it can as a Commit of the inner client: every read
// and write of keys. A Get answers as one that allows a missing key.
type transactionDoor struct {
	rundletpb.KeyValueServiceClient
}

func getOf(key string) *rundletpb.Operation {
	return &rundletpb.Operation{Operation: &rundletpb.Operation_Get{
		Get: &rundletpb.GetOperation{Key: key}}}
}

func addOf(key string, delta int64) *rundletpb.Operation {
	return &rundletpb.Operation{Operation: &rundletpb.Operation_Add{
		Add: &rundletpb.AddOperation{Key: key, Delta: delta}}}
}

func (d transactionDoor) Get(ctx context.Context,
	request *rundletpb.GetRequest, options ...grpc.CallOption) (
	*rundletpb.GetResponse, error) {
	answer, err := d.Commit(ctx, &rundletpb.CommitRequest{
		Operations: []*rundletpb.Operation{getOf(request.GetKey())},
	}, options...)
	if err != nil {
		return nil, err
	}
	return &rundletpb.GetResponse{Entry: answer.GetResults()[0].GetEntry(),
		ReadRevision: answer.GetReadRevision()}, nil
}

func (d transactionDoor) BatchGet(ctx context.Context,
	request *rundletpb.BatchGetRequest, options ...grpc.CallOption) (
	*rundletpb.BatchGetResponse, error) {
	commit := &rundletpb.CommitRequest{}
	for _, key := range request.GetKeys() {
		commit.Operations = append(commit.Operations, getOf(key))
	}
	answer, err := d.Commit(ctx, commit, options...)
	if err != nil {
		return nil, err
	}
	batch := &rundletpb.BatchGetResponse{
		ReadRevision: answer.GetReadRevision()}
	for _, result := range answer.GetResults() {
		if result.GetEntry() == nil {
			continue
		}
		batch.Results = append(batch.Results, &rundletpb.BatchGetResult{
			Result: &rundletpb.BatchGetResult_Entry{Entry: result.GetEntry()}})
	}
	return batch, nil
}

func (d transactionDoor) Put(ctx context.Context,
	request *rundletpb.PutRequest, options ...grpc.CallOption) (
	*rundletpb.PutResponse, error) {
	commit := &rundletpb.CommitRequest{RequestId: request.GetRequestId(),
		Operations: []*rundletpb.Operation{
			putOf(request.GetKey(), request.GetValue().GetText())}}
	if request.ExpectedRevision != nil {
		commit.Conditions = []*rundletpb.Condition{
			isAt(request.GetKey(), request.GetExpectedRevision())}
	}
	answer, err := d.Commit(ctx, commit, options...)
	if err != nil {
		return nil, err
	}
	return &rundletpb.PutResponse{Existed: answer.GetResults()[0].GetExisted(),
		Revision: answer.GetRevision(), Replayed: answer.GetReplayed(),
		ReadRevision: answer.GetReadRevision()}, nil
}

func (d transactionDoor) Delete(ctx context.Context,
	request *rundletpb.DeleteRequest, options ...grpc.CallOption) (
	*rundletpb.DeleteResponse, error) {
	answer, err := d.Commit(ctx, &rundletpb.CommitRequest{
		RequestId: request.GetRequestId(),
		Operations: []*rundletpb.Operation{
			{Operation: &rundletpb.Operation_Delete{
				Delete: &rundletpb.DeleteOperation{Key: request.GetKey()}}}},
	}, options...)
	if err != nil {
		return nil, err
	}
	return &rundletpb.DeleteResponse{
		Deleted:  answer.GetResults()[0].GetExisted(),
		Revision: answer.GetRevision(), Replayed: answer.GetReplayed(),
		ReadRevision: answer.GetReadRevision()}, nil
}

func (d transactionDoor) Add(ctx context.Context,
	request *rundletpb.AddRequest, options ...grpc.CallOption) (
	*rundletpb.AddResponse, error) {
	answer, err := d.Commit(ctx, &rundletpb.CommitRequest{
		RequestId: request.GetRequestId(),
		Operations: []*rundletpb.Operation{
			addOf(request.GetKey(), request.GetDelta())},
	}, options...)
	if err != nil {
		return nil, err
	}
	return &rundletpb.AddResponse{Sum: answer.GetResults()[0].GetSum(),
		Revision: answer.GetRevision(), Replayed: answer.GetReplayed(),
		ReadRevision: answer.GetReadRevision()}, nil
}
