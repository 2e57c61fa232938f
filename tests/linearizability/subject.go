package linearizability

import (
	"context"
	"fmt"
	"math/rand"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"

	"rundlet/clients/go/rundletpb"
	"rundlet/clients/go/rundlettest"
)

// How soon a client comes back after a kill.
var reconnect = grpc.ConnectParams{
	Backoff: backoff.Config{
		BaseDelay: 10 * time.Millisecond, Multiplier: 1.5,
		Jitter: 0.2, MaxDelay: 20 * time.Millisecond,
	},
	MinConnectTimeout: time.Second,
}

// subject is a server that is killed and compacted while it is used. What it
// acknowledges it has given to the kernel, which survives a kill.
type subject struct {
	binary, data, target string
	server               *rundlettest.Server
	kills                atomic.Int64
	lost                 atomic.Bool // it could not be started again
}

func startSubject(binary, data string) (*subject, error) {
	s := &subject{binary: binary, data: data}
	if err := s.start("127.0.0.1:0"); err != nil {
		return nil, err
	}
	s.target = s.server.Target
	return s, nil
}

func (s *subject) start(address string) error {
	server, err := rundlettest.Start(s.binary, s.data, address,
		"--durability=os", "--history_window=0", "--segment_bytes=1MiB")
	if err == nil {
		s.server = server
	}
	return err
}

// connect makes a client of its own. It retries nothing, but waits for a server
// that is away: what was never sent is no unknown outcome.
func (s *subject) connect() (*grpc.ClientConn, error) {
	return grpc.NewClient(s.target,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(reconnect), grpc.WithDisableRetry(),
		grpc.WithDefaultCallOptions(grpc.WaitForReady(true)))
}

// disturb kills and starts the server, and compacts it, by turns, until done is
// closed.
func (s *subject) disturb(random *rand.Rand, pause time.Duration,
	done <-chan struct{}) error {
	connection, err := s.connect()
	if err != nil {
		return err
	}
	defer connection.Close()
	admin := rundletpb.NewAdminServiceClient(connection)
	for kill := true; ; kill = !kill {
		select {
		case <-done:
			return nil
		case <-time.After(pause/2 + time.Duration(random.Int63n(int64(pause)))):
		}
		if kill {
			if err := s.server.Stop(syscall.SIGKILL); err != nil {
				return err
			}
			if err := s.start(s.target); err != nil {
				return err
			}
			s.kills.Add(1)
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		_, err := admin.Compact(ctx, &rundletpb.CompactRequest{})
		cancel()
		if err != nil {
			return fmt.Errorf("compact: %w", err)
		}
	}
}

// door is how a client asks: plainly, with all in transactions, through a
// Pipeline that it shares with others, or with transactions through that.
func door(client int, connection *grpc.ClientConn, pipeline *pipelineDoor,
) rundletpb.KeyValueServiceClient {
	plain := rundletpb.NewKeyValueServiceClient(connection)
	switch client % 4 {
	case 0:
		return plain
	case 1:
		return transactionDoor{plain}
	case 2:
		return pipeline
	default:
		return transactionDoor{pipeline}
	}
}

// run lets so many clients work on the subject, disturbed, each through a door,
// and ends when they do.
func (s *subject) run(seed int64, clients int, pause time.Duration,
	work func(client int, random *rand.Rand,
		store rundletpb.KeyValueServiceClient) error) error {
	var connections []*grpc.ClientConn
	closeAll := func() {
		for _, connection := range connections {
			_ = connection.Close()
		}
	}
	defer closeAll()
	for range clients + 1 {
		connection, err := s.connect()
		if err != nil {
			return err
		}
		connections = append(connections, connection)
	}
	pipeline := &pipelineDoor{KeyValueServiceClient: rundletpb.
		NewKeyValueServiceClient(connections[clients])}
	errs := make(chan error, clients+2)
	done := make(chan struct{})
	var disturbing, working sync.WaitGroup
	disturbing.Go(func() {
		err := s.disturb(rand.New(rand.NewSource(seed)), pause, done)
		if err != nil {
			s.lost.Store(true)
			closeAll() // nobody waits for it
		}
		errs <- err
	})
	for client := range clients {
		working.Go(func() {
			random := rand.New(rand.NewSource(seed + int64(client) + 1))
			errs <- work(client, random,
				door(client, connections[client], pipeline))
		})
	}
	working.Wait()
	close(done)
	disturbing.Wait()
	errs <- pipeline.close()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
