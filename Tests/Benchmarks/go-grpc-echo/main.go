// A unary echo of bytes over grpc-go, without protobuf: server and load generator.
//
// go-grpc-echo server PORT | go-grpc-echo client PORT IN_FLIGHT SECONDS [BYTES]
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"os"
	"sort"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
)

const (
	method = "/bench.Echo/Echo"
	// As in the other clients: until then nothing counts.
	warmUp       = 300 * time.Millisecond
	bytesDefault = 128
	// A forgotten server ends by itself.
	serverLifetime = time.Hour
)

// byteCodec passes messages on as they are.
type byteCodec struct{}

func (byteCodec) Name() string                                { return "bytes" }
func (byteCodec) Marshal(message interface{}) ([]byte, error) { return *message.(*[]byte), nil }
func (byteCodec) Unmarshal(data []byte, message interface{}) error {
	*message.(*[]byte) = append([]byte(nil), data...)
	return nil
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func echo(_ interface{}, _ context.Context, decode func(interface{}) error, _ grpc.UnaryServerInterceptor) (interface{}, error) {
	var body []byte
	err := decode(&body)
	return &body, err
}

func serve(address string) {
	time.AfterFunc(serverLifetime, func() { os.Exit(0) })
	listener, err := net.Listen("tcp", address)
	check(err)
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "bench.Echo",
		HandlerType: (*interface{})(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "Echo", Handler: echo}},
	}, struct{}{})
	check(server.Serve(listener))
}

// caller asks again as soon as it is answered and returns the times that count.
func caller(connection *grpc.ClientConn, size int, start, end time.Time) []time.Duration {
	body := make([]byte, size)
	var times []time.Duration
	began := time.Now()
	for began.Before(end) {
		var reply []byte
		check(connection.Invoke(context.Background(), method, &body, &reply))
		if len(reply) != size {
			log.Fatalf("%d bytes came back", len(reply))
		}
		answered := time.Now()
		if !began.Before(start) {
			times = append(times, answered.Sub(began))
		}
		began = answered
	}
	return times
}

func load(address string, inFlight int, seconds float64, size int) {
	connection, err := grpc.Dial(address, grpc.WithInsecure(), grpc.WithBlock(),
		grpc.WithDefaultCallOptions(grpc.CallContentSubtype(byteCodec{}.Name())))
	check(err)
	start := time.Now().Add(warmUp)
	end := start.Add(time.Duration(seconds * float64(time.Second)))
	var callers sync.WaitGroup
	times := make([][]time.Duration, inFlight)
	for index := range times {
		callers.Add(1)
		go func(index int) {
			defer callers.Done()
			times[index] = caller(connection, size, start, end)
		}(index)
	}
	callers.Wait()
	var all []time.Duration
	for _, some := range times {
		all = append(all, some...)
	}
	if len(all) == 0 {
		log.Fatal("no call was answered in time")
	}
	sort.Slice(all, func(a, b int) bool { return all[a] < all[b] })
	microseconds := func(quantile float64) float64 {
		return float64(all[int(float64(len(all))*quantile)].Nanoseconds()) / 1000
	}
	line, err := json.Marshal(map[string]float64{
		"callsPerSecond":  float64(len(all)) / seconds,
		"p50Microseconds": microseconds(0.5),
		"p99Microseconds": microseconds(0.99),
	})
	check(err)
	fmt.Println(string(line))
}

func main() {
	encoding.RegisterCodec(byteCodec{})
	arguments := os.Args[1:]
	if len(arguments) == 2 && arguments[0] == "server" {
		serve("127.0.0.1:" + arguments[1])
		return
	}
	if len(arguments) < 4 || arguments[0] != "client" {
		log.Fatal("usage: go-grpc-echo server PORT | client PORT IN_FLIGHT SECONDS [BYTES]")
	}
	inFlight, err := strconv.Atoi(arguments[2])
	check(err)
	seconds, err := strconv.ParseFloat(arguments[3], 64)
	check(err)
	size := bytesDefault
	if len(arguments) > 4 {
		size, err = strconv.Atoi(arguments[4])
		check(err)
	}
	load("127.0.0.1:"+arguments[1], inFlight, seconds, size)
}
