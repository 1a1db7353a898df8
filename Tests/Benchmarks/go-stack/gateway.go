package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	dealsPath       = "/api/deals"
	callTimeout     = 5 * time.Second
	bodyBytesMax    = 64 << 10
	requestIDBytes  = 16
	requestIDLength = 64
)

type gateway struct {
	deals   *grpc.ClientConn
	tokens  *tokenCheck
	budgets *budgets
}

func serveGateway(address, deals, directory string) error {
	tokens, err := newTokenCheck(directory)
	if err != nil {
		return err
	}
	connection, err := grpc.Dial(deals, grpc.WithInsecure(), grpc.WithBlock(),
		grpc.WithDefaultCallOptions(grpc.CallContentSubtype(bytesCodec{}.Name())))
	if err != nil {
		return err
	}
	server := http.Server{
		Addr: address, Handler: &gateway{connection, tokens, newBudgets()},
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
	}
	return server.ListenAndServe()
}

func (g *gateway) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	id := requestID(request)
	writer.Header().Set("X-Request-Id", id)
	scheme, token, _ := strings.Cut(request.Header.Get("Authorization"), " ")
	subject, err := g.tokens.subject(token)
	if !strings.EqualFold(scheme, "Bearer") || err != nil {
		writer.Header().Set("WWW-Authenticate", "Bearer")
		problem(writer, http.StatusUnauthorized, "sign in first")
		return
	}
	if !g.budgets.allow(subject, time.Now()) {
		writer.Header().Set("Retry-After", "1")
		problem(writer, http.StatusTooManyRequests, "too many requests")
		return
	}
	method, input, success, err := route(writer, request)
	if err != nil {
		problem(writer, success, err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(request.Context(), callTimeout)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, userKey, subject, requestIDKey, id)
	var output []byte
	if err := g.deals.Invoke(ctx, "/"+serviceName+"/"+method, &input, &output); err != nil {
		problem(writer, httpStatus(err), status.Convert(err).Message())
		return
	}
	writer.Header().Set("Content-Type", "application/json")
	writer.WriteHeader(success)
	_, _ = writer.Write(output)
}

// route says what to call with which bytes, and how an answer to it is called; with an error, how a refusal is.
func route(writer http.ResponseWriter, request *http.Request) (string, []byte, int, error) {
	rest := strings.TrimPrefix(request.URL.Path, dealsPath)
	switch {
	case rest == request.URL.Path:
		return "", nil, http.StatusNotFound, errors.New("there is no such resource")
	case rest == "" && request.Method == http.MethodPost:
		body, err := io.ReadAll(http.MaxBytesReader(writer, request.Body, bodyBytesMax))
		if err != nil {
			return "", nil, http.StatusRequestEntityTooLarge, errors.New("the body is too large")
		}
		return "Create", body, http.StatusCreated, nil
	case request.Method != http.MethodGet:
		return "", nil, http.StatusMethodNotAllowed, errors.New("use GET or POST")
	case rest == "":
		return "List", []byte(request.URL.Query().Get("limit")), http.StatusOK, nil
	default:
		return "Get", []byte(strings.TrimPrefix(rest, "/")), http.StatusOK, nil
	}
}

func requestID(request *http.Request) string {
	if id := request.Header.Get("X-Request-Id"); id != "" && len(id) <= requestIDLength {
		return id
	}
	var id [requestIDBytes]byte
	_, err := rand.Read(id[:])
	check(err)
	return hex.EncodeToString(id[:])
}

func httpStatus(err error) int {
	switch status.Code(err) {
	case codes.InvalidArgument:
		return http.StatusBadRequest
	case codes.NotFound:
		return http.StatusNotFound
	case codes.DeadlineExceeded:
		return http.StatusGatewayTimeout
	case codes.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusBadGateway
	}
}

// problem answers as RFC 9457 wants.
func problem(writer http.ResponseWriter, code int, detail string) {
	writer.Header().Set("Content-Type", "application/problem+json")
	writer.WriteHeader(code)
	_ = json.NewEncoder(writer).Encode(map[string]interface{}{
		"title": http.StatusText(code), "status": code, "detail": detail,
	})
}
