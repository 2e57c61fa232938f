package rundlet

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"

	"rundlet/clients/go/rundletpb"
)

const (
	// DefaultTimeout is how long a call waits for its answer if its context
	// has no deadline.
	DefaultTimeout = 10 * time.Second

	// CompactTimeout is that of Compact, which rewrites the whole store.
	CompactTimeout = time.Hour
)

// How soon a broken connection is tried again, and at most how late; gRPC's own
// are one second and two minutes, which outlast a restart of the server.
var reconnect = grpc.ConnectParams{
	Backoff: backoff.Config{
		BaseDelay:  100 * time.Millisecond,
		Multiplier: backoff.DefaultConfig.Multiplier,
		Jitter:     backoff.DefaultConfig.Jitter,
		MaxDelay:   5 * time.Second,
	},
	MinConnectTimeout: 5 * time.Second,
}

//go:embed service_config.json
var serviceConfig string

// Client is a store. Any number of goroutines may call it.
type Client struct {
	connection *grpc.ClientConn
	store      rundletpb.KeyValueServiceClient
	admin      rundletpb.AdminServiceClient
	settings   settings
}

type settings struct {
	timeout     time.Duration
	durability  Durability
	credentials credentials.TransportCredentials
	dial        []grpc.DialOption
	retryWrites bool
}

// ClientOption changes how New makes a client.
type ClientOption func(*settings)

// WithTimeout sets how long a call waits if its context has no deadline, and
// how long a stream of Scan lives before it is followed by another one.
func WithTimeout(timeout time.Duration) ClientOption {
	return func(s *settings) { s.timeout = timeout }
}

// WithDurability sets the durability of writes that do not ask for one.
func WithDurability(durability Durability) ClientOption {
	return func(s *settings) { s.durability = durability }
}

// WithCredentials sets the credentials for TLS. Without them the connection is
// not encrypted.
func WithCredentials(c credentials.TransportCredentials) ClientOption {
	return func(s *settings) { s.credentials = c }
}

// WithDialOptions adds options of gRPC; they win over the client's own.
func WithDialOptions(options ...grpc.DialOption) ClientOption {
	return func(s *settings) { s.dial = append(s.dial, options...) }
}

// New makes a client of the server at target, such as "localhost:50051". It
// does not wait for the server: the first call connects, and a connection that
// breaks is made again. The caller closes the client.
func New(target string, options ...ClientOption) (*Client, error) {
	s := settings{
		timeout:     DefaultTimeout,
		credentials: insecure.NewCredentials(),
	}
	for _, option := range options {
		option(&s)
	}
	if s.timeout <= 0 {
		return nil, fmt.Errorf("rundlet: timeout is %v, must be positive",
			s.timeout)
	}
	dial := append([]grpc.DialOption{
		grpc.WithTransportCredentials(s.credentials),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithConnectParams(reconnect),
	}, s.dial...)
	connection, err := grpc.NewClient(target, dial...)
	if err != nil {
		return nil, fmt.Errorf("rundlet: target %q: %w", target, err)
	}
	return &Client{
		connection: connection,
		store:      rundletpb.NewKeyValueServiceClient(connection),
		admin:      rundletpb.NewAdminServiceClient(connection),
		settings:   s,
	}, nil
}

// Close ends all calls; further ones fail.
func (c *Client) Close() error {
	return c.connection.Close()
}

type method[Q, A proto.Message] func(
	context.Context, Q, ...grpc.CallOption) (A, error)

func read[Q, A proto.Message](ctx context.Context, c *Client,
	call method[Q, A], request Q) (A, error) {
	return invoke(ctx, c.settings.timeout, call, request, false)
}

func invoke[Q, A proto.Message](ctx context.Context, timeout time.Duration,
	call method[Q, A], request Q, writes bool) (A, error) {
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	answer, err := call(ctx, request)
	return answer, asError(err, request, writes)
}
