package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var update = flag.Bool("update", false, "write deploy/madoguchi.example.yaml anew from the configuration struct")

const exampleFile = "../../deploy/madoguchi.example.yaml"

// parseServe parses a serve command line the way the program does, without running it.
func parseServe(t *testing.T, args ...string) (Config, error) {
	t.Helper()
	var cli commandLine
	app, err := kong.New(&cli, kong.Configuration(loadYAML), kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = app.Parse(append([]string{"serve"}, args...))
	return cli.Serve.Config, err
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// example writes the configuration file with every default, each key below its comment.
func example() string {
	var out strings.Builder
	out.WriteString("# Configuration of `madoguchi serve --config FILE`. What stands here are the defaults: a file needs only the keys\n")
	out.WriteString("# that differ. Every key is also a flag (--log-level) and an environment variable (MADOGUCHI_LOG_LEVEL); a flag\n")
	out.WriteString("# wins over the environment, the environment over this file.\n")
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		name := field.Tag.Get("name")
		if name == "" {
			continue
		}
		out.WriteString("\n")
		for _, line := range wrapped(field.Tag.Get("help"), 116) {
			fmt.Fprintf(&out, "# %s\n", line)
		}
		fmt.Fprintf(&out, "%s: %s\n", name, exampleValue(field))
	}
	return out.String()
}

func exampleValue(field reflect.StructField) string {
	value := field.Tag.Get("default")
	switch {
	case field.Type.Kind() == reflect.Slice:
		return "[" + value + "]"
	case value == "":
		return `""`
	default:
		return value
	}
}

func wrapped(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

func TestTheExampleIsMadeOfTheDefaultsAndTheirComments(t *testing.T) {
	if *update {
		if err := os.WriteFile(exampleFile, []byte(example()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != example() {
		t.Errorf("%s differs from the configuration struct; run go test ./cmd/madoguchi -run Example -update", exampleFile)
	}
}

func TestTheExampleReadAsConfigurationGivesTheDefaults(t *testing.T) {
	defaults, err := parseServe(t)
	if err != nil {
		t.Fatal(err)
	}
	read, err := parseServe(t, "--config", exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	// An empty list and no list are the same.
	for _, list := range []*[]string{&read.AllowedOrigins, &read.MediaPublicIPs, &read.Others, &read.AuditReaders, &read.OIDCTwoFactors} {
		*list = append([]string(nil), *list...)
	}
	if !reflect.DeepEqual(read, defaults) {
		t.Errorf("example gives\n%+v, defaults are\n%+v", read, defaults)
	}
}

func TestEveryFieldHasNameCommentAndEnvironmentVariable(t *testing.T) {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		if field.Anonymous {
			continue
		}
		name := field.Tag.Get("name")
		if want := "MADOGUCHI_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")); field.Tag.Get("env") != want {
			t.Errorf("%s: environment variable %q, want %q", field.Name, field.Tag.Get("env"), want)
		}
		if len(field.Tag.Get("help")) < 20 {
			t.Errorf("%s: has no comment worth reading", field.Name)
		}
	}
}

func TestAFileThatIsWrongIsRefusedWithItsPlace(t *testing.T) {
	for _, row := range []struct{ situation, file, want string }{
		{"unknown key", "log-level: info\nlisten-on: 1\n", `c.yaml:2:1: unknown key "listen-on"; known are log-level, `},
		{"key set twice", "drain: 5s\ndrain: 6s\n", "c.yaml:2:1: mapping key \"drain\" already defined"},
		{"key set in two documents", "drain: 5s\n---\ndrain: 6s\n", "c.yaml:3:1: drain: is set twice"},
		{"level that does not exist", "\nlog-level: loud\n", `c.yaml:2:12: log-level: "loud" is not one of debug, info, warn, error`},
		{"word where true or false belongs", "behind-proxy: perhaps\n", "c.yaml:1:15: behind-proxy: must be true or false"},
		{"value where a list belongs", "allowed-origins: https://a.example\n", "c.yaml:1:18: allowed-origins: must be a list"},
		{"list where a value belongs", "listen: [a, b]\n", "listen: must be a single value"},
		{"number where a duration belongs", "drain: 10\n", "c.yaml:1:8: "},
		{"nested value", "log:\n  level: info\n", `c.yaml:1:1: unknown key "log"`},
		{"list instead of keys", "- a\n- b\n", "a configuration is a list of lines"},
		{"broken YAML", "listen: \"unclosed\n", "c.yaml:1:9: "},
		{"nothing after the colon", "redis:\n", "redis: must be a single value"},
	} {
		t.Run(row.situation, func(t *testing.T) {
			_, err := parseServe(t, "--config", writeFile(t, "c.yaml", row.file))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want one with %q", err, row.want)
			}
		})
	}
}

func TestAFlagWinsOverTheEnvironmentAndThatOverTheFile(t *testing.T) {
	file := writeFile(t, "c.yaml", "listen: 127.0.0.1:1\nmedia: 127.0.0.1:1\nkeys: from-file\nallowed-origins: [https://a.example, https://b.example]\nbehind-proxy: true\n")
	t.Setenv("MADOGUCHI_LISTEN", "127.0.0.1:2")
	t.Setenv("MADOGUCHI_MEDIA", "127.0.0.1:2")
	config, err := parseServe(t, "--config", file, "--listen", "127.0.0.1:3")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ field, got, want string }{
		{"listen", config.Listen, "127.0.0.1:3"},
		{"media", config.Media, "127.0.0.1:2"},
		{"keys", config.Keys, "from-file"},
		{"allowed-origins", strings.Join(config.AllowedOrigins, " "), "https://a.example https://b.example"},
		{"behind-proxy", fmt.Sprint(config.BehindProxy), "true"},
	} {
		if row.got != row.want {
			t.Errorf("%s is %q, want %q", row.field, row.got, row.want)
		}
	}
}

// rightConfig is one that passes every check.
func rightConfig(t *testing.T) Config {
	t.Helper()
	config, err := parseServe(t, "--public-url", "https://madoguchi.example.jp", "--behind-proxy",
		"--redis", "redis://127.0.0.1:6379/0", "--directory", t.TempDir(), "--keys", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func TestARightConfigurationPasses(t *testing.T) {
	config := rightConfig(t)
	if err := config.check(); err != nil {
		t.Error(err)
	}
}

func TestEveryFieldThatIsWrongIsNamedWithWhatWouldBeRight(t *testing.T) {
	for _, row := range []struct {
		situation string
		spoil     func(*Config)
		want      string
	}{
		{"listen without port", func(c *Config) { c.Listen = "localhost" }, `listen: "localhost" is not host:port; write for example`},
		{"listen on port 70000", func(c *Config) { c.Listen = ":70000" }, "listen: "},
		{"no public address", func(c *Config) { c.PublicURL = "" }, "public-url: is not set; give"},
		{"public address without TLS", func(c *Config) { c.PublicURL = "http://madoguchi.example.jp" }, "public-url: "},
		{"public address with a path", func(c *Config) { c.PublicURL = "https://a.example/b" }, "write https://a.example"},
		{"origin without scheme", func(c *Config) { c.AllowedOrigins = []string{"a.example"} }, `allowed-origins: "a.example"`},
		{"neither certificate nor proxy", func(c *Config) { c.BehindProxy = false }, "tls-cert: is not set; give a certificate in PEM, or set acme: true, or behind-proxy"},
		{"certificate and proxy", func(c *Config) { c.TLSCert = "x" }, "behind-proxy: is true, but"},
		{"certificate that is not there", func(c *Config) { c.BehindProxy, c.TLSCert = false, "no-such-file" }, `tls-cert: "no-such-file" is not a file`},
		{"media without port", func(c *Config) { c.Media = "0.0.0.0" }, "media: "},
		{"public media address that is none", func(c *Config) { c.MediaPublicIPs = []string{"0.0.0.0"} }, "media-public-ips: "},
		{"two public media addresses of a family", func(c *Config) { c.MediaPublicIPs = []string{"192.0.2.1", "192.0.2.2"} }, "media-public-ips: "},
		{"no redis", func(c *Config) { c.Redis = "" }, "redis: is not set; give a URL"},
		{"redis that is no URL", func(c *Config) { c.Redis = "localhost:6379" }, "redis: "},
		{"redis URL with an unknown option", func(c *Config) { c.Redis = "redis://h:1/0?wat=1" }, "redis: "},
		{"directory that is not there", func(c *Config) { c.Directory = "no-such-folder" }, `directory: "no-such-folder" is not a folder`},
		{"no keys", func(c *Config) { c.Keys = "" }, "keys: is not set; give a folder"},
		{"drain of an hour", func(c *Config) { c.Drain = 1 << 50 }, "drain: "},
	} {
		t.Run(row.situation, func(t *testing.T) {
			config := rightConfig(t)
			row.spoil(&config)
			err := config.check()
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want one with %q", err, row.want)
			}
		})
	}
}

func TestAllThatIsWrongIsToldAtOnce(t *testing.T) {
	config, err := parseServe(t)
	if err != nil {
		t.Fatal(err)
	}
	told := config.check().Error()
	for _, field := range []string{"public-url", "tls-cert", "tls-key", "redis", "directory", "keys"} {
		if !strings.Contains(told, "\n"+field+": ") && !strings.HasPrefix(told, field+": ") {
			t.Errorf("%s is not named in:\n%s", field, told)
		}
	}
}

func TestARedisURLChoosesOneServerSentinelOrCluster(t *testing.T) {
	for _, row := range []struct {
		situation string
		url       RedisURL
		addrs     int
		master    string
		cluster   bool
	}{
		{"one server", "redis://127.0.0.1:6379/2", 1, "", false},
		{"sentinel", "redis://127.0.0.1:26379/0?master_name=m&addr=127.0.0.1:26380", 2, "m", false},
		{"cluster", "redis://127.0.0.1:7000?addr=127.0.0.1:7001&addr=127.0.0.1:7002", 3, "", true},
	} {
		t.Run(row.situation, func(t *testing.T) {
			options, err := redisOptions(row.url)
			if err != nil {
				t.Fatal(err)
			}
			if len(options.Addrs) != row.addrs || options.MasterName != row.master || options.IsClusterMode != row.cluster {
				t.Errorf("got addrs %v, master %q, cluster %v", options.Addrs, options.MasterName, options.IsClusterMode)
			}
			if options.ReadTimeout == 0 || options.DialTimeout == 0 {
				t.Error("waits without limit")
			}
		})
	}
}

func TestSecretsAreInNoLogLine(t *testing.T) {
	jwt := "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJib290aCJ9.c2lnbmF0dXJl"
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			var out bytes.Buffer
			log, err := newLogger(&out, Logging{LogLevel: "debug", LogFormat: format})
			if err != nil {
				t.Fatal(err)
			}
			log.Info("something", "token", "opaque-thing", "error", fmt.Errorf("dial redis://user:hunter2@h:1: %s refused", jwt),
				"redis", RedisURL("redis://user:hunter2@h:1/0"), "at", RedisURL("redis://h:1/0?master_name=m&password=hunter2"), "kana", "ヤマダ", "seat", "booth:shiomachihama-1")
			line := out.String()
			for _, secret := range []string{"hunter2", "opaque-thing", jwt, "ヤマダ"} {
				if strings.Contains(line, secret) {
					t.Errorf("%q is in %s", secret, line)
				}
			}
			if !strings.Contains(line, "booth:shiomachihama-1") {
				t.Errorf("the seat's id is missing in %s", line)
			}
		})
	}
}
