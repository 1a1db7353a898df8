package main

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
)

// bytesCodec passes messages on as they are, so that neither end pays for protobuf, nor the gateway for JSON.
type bytesCodec struct{}

func (bytesCodec) Name() string                                { return "bytes" }
func (bytesCodec) Marshal(message interface{}) ([]byte, error) { return *message.(*[]byte), nil }
func (bytesCodec) Unmarshal(data []byte, message interface{}) error {
	*message.(*[]byte) = append([]byte(nil), data...)
	return nil
}

func init() { encoding.RegisterCodec(bytesCodec{}) }

const serviceName = "bench.Deals"

// What the gateway tells the service beside the body.
const (
	userKey      = "user"
	requestIDKey = "request-id"
)

// unary makes a method of gRPC out of a function on bytes.
func unary(name string, answer func(context.Context, []byte) ([]byte, error)) grpc.MethodDesc {
	handler := func(_ interface{}, ctx context.Context, decode func(interface{}) error, _ grpc.UnaryServerInterceptor) (interface{}, error) {
		var input []byte
		if err := decode(&input); err != nil {
			return nil, err
		}
		output, err := answer(ctx, input)
		return &output, err
	}
	return grpc.MethodDesc{MethodName: name, Handler: handler}
}
