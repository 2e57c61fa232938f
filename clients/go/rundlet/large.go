package rundlet

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"rundlet/clients/go/rundletpb"
)

// largePartBytes is what one message of PutLarge carries: enough to be worth
// it, and little to hold in memory.
const largePartBytes = 256 << 10

// LargeInfo tells a value without its bytes.
type LargeInfo struct {
	Kind  Kind
	Bytes uint64
	CRC32 uint32 // zlib's, which is hash/crc32's IEEE
}

// PutLargeResult is what a PutLarge did.
type PutLargeResult struct {
	PutResult

	// Bytes is how many were written.
	Bytes uint64
}

// PutLarge writes one key with all that `from` gives, a text or data of any
// size up to the server's large_value_bytes_max. It holds one part of it in
// memory. The key has the value when it returns, or what it had before.
//
// It is not retried, as `from` can be read once. With a RequestID the caller may
// send the same bytes again, and they are written once. A context without a
// deadline bounds nothing here but by its cancellation.
func (c *Client) PutLarge(ctx context.Context, key string, kind Kind,
	from io.Reader, options ...PutOption) (PutLargeResult, error) {
	header := largeHeader(key, kind, c.settings.durability, options)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // of a stream that is not at its end
	stream, err := c.store.PutLarge(ctx)
	if err != nil {
		return PutLargeResult{}, asError(err, header, true)
	}
	send := func(request *rundletpb.PutLargeRequest) error {
		return stream.Send(request)
	}
	err = send(&rundletpb.PutLargeRequest{
		Part: &rundletpb.PutLargeRequest_Header{Header: header}})
	if err == nil {
		err = sendLarge(from, send)
	}
	// io.EOF: the server has ended the stream, and says why.
	if err != nil && !errors.Is(err, errStreamEnded) {
		return PutLargeResult{}, err
	}
	answer, err := stream.CloseAndRecv()
	if err != nil {
		return PutLargeResult{}, asError(err, header, true)
	}
	return PutLargeResult{
		PutResult: PutResult{
			Receipt:  receiptFrom(answer),
			Existed:  answer.GetExisted(),
			Previous: entryFrom(answer.GetPrevious()),
		},
		Bytes: answer.GetValueBytes(),
	}, nil
}

// errStreamEnded: the server has ended the stream; its status says why.
var errStreamEnded = errors.New("rundlet: the stream has ended")

// sendLarge sends all that there is, and its CRC-32.
func sendLarge(from io.Reader,
	send func(*rundletpb.PutLargeRequest) error) error {
	var sum uint32
	for {
		// gRPC may still hold the part before.
		part := make([]byte, largePartBytes)
		count, err := io.ReadFull(from, part)
		part = part[:count]
		if count > 0 {
			sum = crc32.Update(sum, crc32.IEEETable, part)
			if send(&rundletpb.PutLargeRequest{
				Part: &rundletpb.PutLargeRequest_Data{Data: part}}) != nil {
				return errStreamEnded
			}
		}
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			if send(&rundletpb.PutLargeRequest{
				Part: &rundletpb.PutLargeRequest_End{
					End: &rundletpb.PutLargeEnd{Crc32: &sum}}}) != nil {
				return errStreamEnded
			}
			return nil
		case err != nil:
			return fmt.Errorf("rundlet: reading the value: %w", err)
		}
	}
}

// LargeValue is a value that is being read, as an io.ReadCloser. It gives an
// error instead of io.EOF if the bytes are not those that were put.
type LargeValue struct {
	// Entry has no value.
	Entry *Entry
	Info  LargeInfo

	request *rundletpb.GetLargeRequest
	stream  rundletpb.KeyValueService_GetLargeClient
	cancel  context.CancelFunc
	part    []byte
	sum     uint32
	err     error
}

// GetLarge reads one key, whatever the size of its value, as of one moment. An
// absent one is ErrKeyNotFound. The caller closes what it returns, and reads it
// without pauses longer than the server's snapshot_lease.
func (c *Client) GetLarge(ctx context.Context, key string,
	options ...GetOption) (*LargeValue, error) {
	var wishes rundletpb.GetRequest
	for _, option := range options {
		option.get(&wishes)
	}
	request := &rundletpb.GetLargeRequest{
		Key:           key,
		MinRevision:   wishes.GetMinRevision(),
		SnapshotToken: wishes.GetSnapshotToken(),
	}
	ctx, cancel := context.WithCancel(ctx)
	stream, err := c.store.GetLarge(ctx, request)
	if err != nil {
		cancel()
		return nil, asError(err, request, false)
	}
	first, err := stream.Recv()
	if err != nil {
		cancel()
		return nil, asError(err, request, false)
	}
	value := first.GetHeader().GetValue()
	return &LargeValue{
		Entry:   entryFrom(first.GetHeader().GetEntry()),
		Info:    *largeInfoFrom(value),
		request: request,
		stream:  stream,
		cancel:  cancel,
	}, nil
}

// Read gives the next bytes.
func (v *LargeValue) Read(into []byte) (int, error) {
	for len(v.part) == 0 && v.err == nil && len(into) > 0 {
		message, err := v.stream.Recv()
		switch {
		case err == nil:
			v.part = message.GetData()
			v.sum = crc32.Update(v.sum, crc32.IEEETable, v.part)
		case !errors.Is(err, io.EOF):
			v.err = asError(err, v.request, false)
		case v.sum != v.Info.CRC32:
			v.err = fmt.Errorf("rundlet: the value of %q came with CRC-32 "+
				"%08x, not %08x", v.request.GetKey(), v.sum, v.Info.CRC32)
		default:
			v.err = io.EOF
		}
	}
	if len(v.part) == 0 {
		return 0, v.err
	}
	count := copy(into, v.part)
	v.part = v.part[count:]
	return count, nil
}

// Close ends the read, wherever it is.
func (v *LargeValue) Close() error {
	v.cancel()
	return nil
}

func largeHeader(key string, kind Kind, durability Durability,
	options []PutOption) *rundletpb.PutLargeHeader {
	wishes := &rundletpb.PutRequest{
		Durability: rundletpb.Durability(durability)}
	for _, option := range options {
		option.put(wishes)
	}
	header := &rundletpb.PutLargeHeader{
		Key:              key,
		Kind:             rundletpb.ValueKind(kind),
		CreateOnly:       wishes.GetCreateOnly(),
		ExpectedRevision: wishes.ExpectedRevision,
		Durability:       wishes.GetDurability(),
		ReturnPrevious:   wishes.GetReturnPrevious(),
		JsonAsText:       true,
		Conditions:       wishes.GetConditions(),
		JitterPercent:    wishes.GetJitterPercent(),
		RequestId:        wishes.GetRequestId(),
	}
	switch expiry := wishes.GetExpiry().(type) {
	case *rundletpb.PutRequest_Ttl:
		header.Expiry = &rundletpb.PutLargeHeader_Ttl{Ttl: expiry.Ttl}
	case *rundletpb.PutRequest_ExpireTime:
		header.Expiry = &rundletpb.PutLargeHeader_ExpireTime{
			ExpireTime: expiry.ExpireTime}
	case *rundletpb.PutRequest_KeepExpiry:
		header.Expiry = &rundletpb.PutLargeHeader_KeepExpiry{
			KeepExpiry: expiry.KeepExpiry}
	}
	return header
}

func largeInfoFrom(message *rundletpb.LargeValue) *LargeInfo {
	if message == nil {
		return nil
	}
	return &LargeInfo{
		Kind:  Kind(message.GetKind()),
		Bytes: message.GetBytes(),
		CRC32: message.GetCrc32(),
	}
}
