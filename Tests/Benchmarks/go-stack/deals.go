package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"strconv"
	"time"

	_ "github.com/mattn/go-sqlite3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	limitDefault = 50
	limitMax     = 200
	readersMax   = 8
)

type money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

type deal struct {
	ID              string `json:"id"`
	Number          string `json:"number"`
	CodeName        string `json:"codeName"`
	Type            string `json:"type"`
	Stage           string `json:"stage"`
	Status          string `json:"status"`
	ClientName      string `json:"clientName"`
	Sector          string `json:"sector"`
	Description     string `json:"description"`
	Value           money  `json:"value"`
	Probability     int    `json:"probability"`
	Confidentiality string `json:"confidentiality"`
	ConflictStatus  string `json:"conflictStatus"`
	LeadID          string `json:"leadId"`
	OriginatedOn    string `json:"originatedOn"`
	Version         int64  `json:"version"`
	CreatedAt       string `json:"createdAt"`
	UpdatedAt       string `json:"updatedAt"`
}

const schema = `
CREATE TABLE IF NOT EXISTS deal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, code_name TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
    stage TEXT NOT NULL, status TEXT NOT NULL, client_name TEXT NOT NULL, sector TEXT NOT NULL,
    description TEXT NOT NULL, value_amount TEXT NOT NULL, value_currency TEXT NOT NULL, probability INTEGER NOT NULL,
    confidentiality TEXT NOT NULL, conflict_status TEXT NOT NULL, lead_id TEXT NOT NULL, originated_on TEXT NOT NULL,
    version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS deal_by_update ON deal (updated_at DESC, seq DESC);
CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, request_id TEXT NOT NULL, event TEXT NOT NULL
) STRICT;`

const columns = `seq, id, code_name, type, stage, status, client_name, sector, description, value_amount,
    value_currency, probability, confidentiality, conflict_status, lead_id, originated_on, version, created_at,
    updated_at`

const insertDeal = `INSERT INTO deal (id, code_name, type, stage, status, client_name, sector, description,
    value_amount, value_currency, probability, confidentiality, conflict_status, lead_id, originated_on, version,
    created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

type dealService struct {
	writer                         *sql.DB
	one, recent, putDeal, putEvent *sql.Stmt
}

func serveDeals(address, path string) error {
	service, err := openDeals(path)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: serviceName,
		HandlerType: (*interface{})(nil),
		Methods: []grpc.MethodDesc{
			unary("Get", service.get), unary("List", service.list), unary("Create", service.create),
		},
	}, struct{}{})
	return server.Serve(listener)
}

func openDeals(path string) (*dealService, error) {
	source := "file:" + path + "?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000&_txlock=immediate"
	writer, err := sql.Open("sqlite3", source)
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	if _, err := writer.Exec(schema); err != nil {
		return nil, err
	}
	readers, err := sql.Open("sqlite3", source)
	if err != nil {
		return nil, err
	}
	readers.SetMaxOpenConns(readersMax)
	readers.SetMaxIdleConns(readersMax)
	service := &dealService{writer: writer}
	for statement, text := range map[**sql.Stmt]string{
		&service.one:    "SELECT " + columns + " FROM deal WHERE id = ?",
		&service.recent: "SELECT " + columns + " FROM deal ORDER BY updated_at DESC, seq DESC LIMIT ?",
	} {
		if *statement, err = readers.Prepare(text); err != nil {
			return nil, err
		}
	}
	if service.putDeal, err = writer.Prepare(insertDeal); err != nil {
		return nil, err
	}
	service.putEvent, err = writer.Prepare("INSERT INTO outbox (subject, request_id, event) VALUES (?, ?, ?)")
	return service, err
}

func scan(row interface{ Scan(...interface{}) error }) (d deal, err error) {
	var seq int64
	err = row.Scan(&seq, &d.ID, &d.CodeName, &d.Type, &d.Stage, &d.Status, &d.ClientName, &d.Sector, &d.Description,
		&d.Value.Amount, &d.Value.Currency, &d.Probability, &d.Confidentiality, &d.ConflictStatus, &d.LeadID,
		&d.OriginatedOn, &d.Version, &d.CreatedAt, &d.UpdatedAt)
	d.Number = number(d.CreatedAt, seq)
	return d, err
}

func number(createdAt string, seq int64) string {
	if len(createdAt) < 4 {
		return ""
	}
	return fmt.Sprintf("D-%s-%04d", createdAt[:4], seq)
}

func (s *dealService) get(ctx context.Context, input []byte) ([]byte, error) {
	found, err := scan(s.one.QueryRowContext(ctx, string(input)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, status.Error(codes.NotFound, "there is no such deal")
	}
	if err != nil {
		return nil, internal(ctx, err)
	}
	return json.Marshal(found)
}

func (s *dealService) list(ctx context.Context, input []byte) ([]byte, error) {
	limit := limitDefault
	if len(input) > 0 {
		var err error
		if limit, err = strconv.Atoi(string(input)); err != nil || limit < 1 || limit > limitMax {
			return nil, status.Error(codes.InvalidArgument, "limit is out of range")
		}
	}
	rows, err := s.recent.QueryContext(ctx, limit)
	if err != nil {
		return nil, internal(ctx, err)
	}
	defer rows.Close()
	items := make([]deal, 0, limit)
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, internal(ctx, err)
		}
		items = append(items, item)
	}
	if err := rows.Err(); err != nil {
		return nil, internal(ctx, err)
	}
	return json.Marshal(map[string][]deal{"items": items})
}

// create writes the deal and the event that tells of it in one transaction.
func (s *dealService) create(ctx context.Context, input []byte) ([]byte, error) {
	var d deal
	if err := json.Unmarshal(input, &d); err != nil {
		return nil, status.Error(codes.InvalidArgument, "the body is not a deal")
	}
	if d.CodeName == "" || d.ClientName == "" || d.Type == "" {
		return nil, status.Error(codes.InvalidArgument, "codeName, clientName and type are needed")
	}
	told, _ := metadata.FromIncomingContext(ctx)
	now := time.Now().UTC()
	d.ID, d.Stage, d.Status, d.Version = randomUUID(), "origination", "active", 1
	d.Probability, d.Confidentiality, d.ConflictStatus = 5, "internal", "not_started"
	d.LeadID, d.OriginatedOn = first(told, userKey), now.Format("2006-01-02")
	d.CreatedAt = now.Format("2006-01-02T15:04:05.000Z")
	d.UpdatedAt = d.CreatedAt
	transaction, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return nil, internal(ctx, err)
	}
	// Without effect after a commit.
	defer func() { _ = transaction.Rollback() }()
	put, err := transaction.StmtContext(ctx, s.putDeal).ExecContext(ctx, d.ID, d.CodeName, d.Type, d.Stage, d.Status,
		d.ClientName, d.Sector, d.Description, d.Value.Amount, d.Value.Currency, d.Probability, d.Confidentiality,
		d.ConflictStatus, d.LeadID, d.OriginatedOn, d.Version, d.CreatedAt, d.UpdatedAt)
	if err != nil {
		return nil, internal(ctx, err)
	}
	seq, err := put.LastInsertId()
	if err != nil {
		return nil, internal(ctx, err)
	}
	d.Number = number(d.CreatedAt, seq)
	output, err := json.Marshal(d)
	if err != nil {
		return nil, internal(ctx, err)
	}
	events := transaction.StmtContext(ctx, s.putEvent)
	if _, err := events.ExecContext(ctx, d.ID, first(told, requestIDKey), string(output)); err != nil {
		return nil, internal(ctx, err)
	}
	if err := transaction.Commit(); err != nil {
		return nil, internal(ctx, err)
	}
	return output, nil
}

func internal(ctx context.Context, err error) error {
	// Nobody waits for the answer any more.
	if ctx.Err() != nil {
		return status.FromContextError(ctx.Err()).Err()
	}
	log.Print(err)
	return status.Error(codes.Internal, "something went wrong")
}

func first(told metadata.MD, key string) string {
	if values := told.Get(key); len(values) > 0 {
		return values[0]
	}
	return ""
}

func randomUUID() string {
	var b [16]byte
	_, err := rand.Read(b[:])
	check(err)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
