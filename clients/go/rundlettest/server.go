// Package rundlettest runs real servers for the tests of programs that use
// Rundlet.
package rundlettest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"time"
)

// A start reads the whole log; a stop syncs it.
const serverWait = time.Minute

var serving = regexp.MustCompile(`serving.*?grpc["=: ]+(\d[\d.]*:\d+)`)

// Server is a server as a process of its own.
type Server struct {
	// Target is where it serves gRPC.
	Target string

	process *exec.Cmd
	ended   chan struct{}

	mutex sync.Mutex
	log   string
}

// Start runs a server of the folder data and returns when it serves: gRPC at
// address, such as "127.0.0.1:0", no text protocol. Arguments are its flags. The
// caller stops it.
func Start(binary, data, address string, arguments ...string) (*Server, error) {
	server := &Server{
		process: exec.Command(binary, append([]string{
			"--data=" + data, "--grpc=" + address, "--text="},
			arguments...)...),
		ended: make(chan struct{}),
	}
	output, input := io.Pipe()
	server.process.Stdout, server.process.Stderr = input, input
	if err := server.process.Start(); err != nil {
		return nil, fmt.Errorf("rundlettest: %w", err)
	}
	told := make(chan string, 1)
	go server.read(output, told)
	go func() {
		_ = server.process.Wait()
		_ = input.Close()
	}()
	select {
	case server.Target = <-told:
		return server, nil
	case <-server.ended:
	case <-time.After(serverWait):
	}
	_ = server.process.Process.Kill()
	<-server.ended
	return nil, errors.New("rundlettest: the server did not start:\n" +
		server.Log())
}

func (server *Server) read(output io.Reader, told chan<- string) {
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		server.mutex.Lock()
		server.log += lines.Text() + "\n"
		server.mutex.Unlock()
		if found := serving.FindStringSubmatch(lines.Text()); found != nil {
			select {
			case told <- found[1]:
			default:
			}
		}
	}
	close(server.ended)
}

// Log is what the server has said so far.
func (server *Server) Log() string {
	server.mutex.Lock()
	defer server.mutex.Unlock()
	return server.log
}

// Stop sends the signal and waits for the end. SIGTERM has to end well.
func (server *Server) Stop(signal syscall.Signal) error {
	if err := server.process.Process.Signal(signal); err != nil {
		return err
	}
	select {
	case <-server.ended:
	case <-time.After(serverWait):
		_ = server.process.Process.Kill()
		<-server.ended
		return errors.New("rundlettest: the server did not stop:\n" +
			server.Log())
	}
	if signal == syscall.SIGTERM && !server.process.ProcessState.Success() {
		return fmt.Errorf("rundlettest: %v:\n%s",
			server.process.ProcessState, server.Log())
	}
	return nil
}
