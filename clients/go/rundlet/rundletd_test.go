package rundlet_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"rundlet/clients/go/rundlet"
)

// A start reads the whole log; a stop syncs it.
const serverWait = time.Minute

var serving = regexp.MustCompile(`serving.*?grpc["=: ]+(\d[\d.]*:\d+)`)

// root is the root of the repository.
func root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..")
}

// rundletd is a real server as a process of its own.
type rundletd struct {
	target  string
	process *exec.Cmd
	ended   chan struct{}

	mutex sync.Mutex
	log   string
}

// start runs the server that RUNDLETD names, or that Bazel built.
func start(data string) (*rundletd, error) {
	binary := os.Getenv("RUNDLETD")
	if binary == "" {
		binary = filepath.Join(root(), "bazel-bin", "service", "rundletd")
	}
	server := &rundletd{
		process: exec.Command(binary,
			"--data="+data, "--grpc=127.0.0.1:0", "--text=",
			"--history_window=0"),
		ended: make(chan struct{}),
	}
	output, input := io.Pipe()
	server.process.Stdout, server.process.Stderr = input, input
	if err := server.process.Start(); err != nil {
		return nil, fmt.Errorf(
			"%w: bazel build //service:rundletd, or set RUNDLETD", err)
	}
	told := make(chan string, 1)
	go server.read(output, told)
	go func() {
		_ = server.process.Wait()
		_ = input.Close()
	}()
	select {
	case server.target = <-told:
		return server, nil
	case <-server.ended:
	case <-time.After(serverWait):
	}
	_ = server.process.Process.Kill()
	<-server.ended
	return nil, errors.New("the server did not start:\n" + server.output())
}

func (server *rundletd) read(output io.Reader, told chan<- string) {
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

func (server *rundletd) output() string {
	server.mutex.Lock()
	defer server.mutex.Unlock()
	return server.log
}

// stop sends the signal and waits for the end. SIGTERM has to end well.
func (server *rundletd) stop(signal syscall.Signal) error {
	if err := server.process.Process.Signal(signal); err != nil {
		return err
	}
	select {
	case <-server.ended:
	case <-time.After(serverWait):
		_ = server.process.Process.Kill()
		<-server.ended
		return errors.New("the server did not stop:\n" + server.output())
	}
	if signal == syscall.SIGTERM && !server.process.ProcessState.Success() {
		return fmt.Errorf("%v:\n%s", server.process.ProcessState,
			server.output())
	}
	return nil
}

// The server that most tests share; TestMain stops it.
var shared = sync.OnceValues(func() (*rundletd, error) {
	data, err := os.MkdirTemp("", "rundlet")
	if err != nil {
		return nil, err
	}
	sharedData = data
	return start(data)
})

var sharedData string

// emptied gives the address of the shared server, its store emptied: tests run
// one after the other, and may run again.
func emptied() (string, error) {
	server, err := shared()
	if err != nil {
		return "", err
	}
	db, err := rundlet.New(server.target)
	if err != nil {
		return "", err
	}
	ctx := context.Background()
	for entry, err := range db.Scan(ctx, rundlet.All(), rundlet.KeysOnly{}) {
		if err == nil {
			_, err = db.Delete(ctx, entry.Key, rundlet.Memory)
		}
		if err != nil {
			return "", errors.Join(err, db.Close())
		}
	}
	return server.target, db.Close()
}

func TestMain(m *testing.M) {
	status := m.Run()
	if sharedData != "" {
		if server, err := shared(); err == nil {
			if err := server.stop(syscall.SIGTERM); err != nil {
				fmt.Println(err)
				status = 1
			}
		}
		if err := os.RemoveAll(sharedData); err != nil {
			fmt.Println(err)
			status = 1
		}
	}
	os.Exit(status)
}
