using System.Text;
using CsCheck;
using TrustedServe.Cli.Bench.Load;

namespace TrustedServe.Benchmarks.Tests.Load;

public sealed class ResponseReaderTests
{
    [Fact]
    public void Reads_any_body_however_it_is_framed_and_cut() =>
        Gen.Select(Gen.Byte.Array[0, 2_000], Gen.Int[1, 700], Gen.Int[1, 300], Gen.Bool).Sample((body, cut, chunk, chunked) =>
        {
            var wire = chunked ? Chunked(body, chunk) : [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\ncontent-LENGTH:  {body.Length}\r\nX: y\r\n\r\n"), .. body];
            var response = new ResponseReader(new Slow(wire, cut)).Read();
            Assert.Equal(200, response.Status);
            Assert.True(response.KeepAlive);
            Assert.Equal(body, response.Body.ToArray());
        });

    [Fact]
    public void Reads_one_answer_after_the_other()
    {
        var wire = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab");
        var stream = new MemoryStream([.. wire, .. Encoding.ASCII.GetBytes("HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")]);
        var reader = new ResponseReader(new Slow(stream.ToArray(), wire.Length, once: true));
        Assert.Equal("ab", Encoding.ASCII.GetString(reader.Read().Body));
        var second = reader.Read();
        Assert.Equal((503, false), (second.Status, second.KeepAlive));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9\r\n\r\n")]
    [InlineData("HTTP/1.1 abc\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab")]
    [InlineData("HTTP/1.1 200 OK\r\n: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111111111")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    public void Rejects_what_is_no_answer(string wire) =>
        Assert.Throws<InvalidDataException>(() => new ResponseReader(new MemoryStream(Encoding.ASCII.GetBytes(wire))).Read());

    [Fact]
    public void Rejects_a_head_without_an_end() =>
        Assert.Throws<InvalidDataException>(() => new ResponseReader(new MemoryStream(new byte[1 << 20])).Read());

    [Fact]
    public void Any_bytes_end_in_an_answer_or_a_refusal() =>
        Gen.Byte.Array[0, 300].Sample(bytes =>
        {
            var wire = bytes.Length % 2 == 0 ? bytes : [.. "HTTP/1.1 200 OK\r\n"u8, .. bytes];
            try
            {
                new ResponseReader(new MemoryStream(wire)).Read();
            }
            catch (Exception exception) when (exception is InvalidDataException or IOException)
            {
                // The two ways in which it may fail.
            }
        });

    private static byte[] Chunked(byte[] body, int size)
    {
        var wire = new List<byte>("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());
        foreach (var chunk in body.Chunk(size))
        {
            wire.AddRange(Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"));
            wire.AddRange(chunk);
            wire.AddRange("\r\n"u8);
        }

        wire.AddRange("0\r\n\r\n"u8);
        return [.. wire];
    }

    /// <summary>Gives at most so many bytes at a time; with <paramref name="once"/> the first so many and then the rest.</summary>
    private sealed class Slow(byte[] content, int piece, bool once = false) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            var left = once && Position > 0 ? count : (int)Math.Min(piece, count);
            return base.Read(buffer, offset, left);
        }
    }
}
