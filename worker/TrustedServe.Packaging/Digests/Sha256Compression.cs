using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TrustedServe.Packaging.Digests;

/// <summary>
/// The compression function of SHA-256 (FIPS 180-4, section 6.2.2) for one or two groups of sixteen messages. The rounds of one
/// group wait for one another; those of a second one fill the time. Blocks are read <see cref="PieceBlocks"/> at a time from a few
/// messages at once, while others are computed: messages that lie a power of two apart would drive each other out of the cache.
/// </summary>
internal static unsafe class Sha256Compression
{
    public const int LanesPerGroup = 16;
    public const int BlockSize = 64;
    public const int DigestWords = 8;

    private const int Words = 16;
    private const int Rounds = 64;
    private const int RoundsPerTurn = 8;
    private const int PieceBlocks = 4;
    private const byte Xor = 0x96;
    private const byte Choose = 0xCA;
    private const byte Majority = 0xE8;

    /// <summary>A type, so that the code of each count is compiled for itself.</summary>
    private interface IGroups
    {
        static abstract int Count { get; }
    }

    private static ReadOnlySpan<uint> RoundConstants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>Takes blocks that follow one another in each message into the states.</summary>
    /// <param name="state">Eight words of sixteen messages, for one group or two.</param>
    /// <param name="data">Where the messages lie.</param>
    /// <param name="offsets">Where each one begins.</param>
    /// <param name="start">Where the blocks begin in each message.</param>
    /// <param name="blocks">Their number.</param>
    public static void Compress(Span<Vector512<uint>> state, ReadOnlySpan<byte> data, ReadOnlySpan<int> offsets, int start, int blocks)
    {
        foreach (var offset in offsets)
        {
            // Read by pointers from here on.
            _ = data.Slice(checked(offset + start), blocks * BlockSize);
        }

        fixed (byte* bytes = data)
        fixed (int* lanes = offsets)
        {
            if (offsets.Length == LanesPerGroup)
            {
                Compress<One>(state, bytes + start, lanes, blocks);
            }
            else
            {
                Compress<Two>(state, bytes + start, lanes, blocks);
            }
        }
    }

    // Runs once for a whole package: compiled well the first time, and by itself, where what it calls can be inlined.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Compress<TGroups>(Span<Vector512<uint>> states, byte* data, int* lanes, int blocks)
        where TGroups : struct, IGroups
    {
        var blockWords = TGroups.Count * Words;

        // Begun where a cache line does: the stack is aligned to less, and what lies across two lines costs a tenth of the time.
        const int RoomSize = ((2 * PieceBlocks * 2 * Words) + (2 * Rounds) + (2 * DigestWords) + 1) * BlockSize;
        var room = stackalloc byte[RoomSize];
        var piece = (Vector512<uint>*)(((nint)room + BlockSize - 1) & -BlockSize);
        var nextPiece = piece + (PieceBlocks * blockWords);
        var schedule = nextPiece + (PieceBlocks * blockWords);
        var state = schedule + (TGroups.Count * Rounds);
        states.CopyTo(new Span<Vector512<uint>>(state, states.Length));
        for (var four = 0; four < TGroups.Count * 4; four++)
        {
            Read<TGroups>(piece, four, data, lanes, Math.Min(PieceBlocks, blocks));
        }

        for (; blocks > 0; blocks -= PieceBlocks)
        {
            var next = data + (PieceBlocks * BlockSize);
            var blocksInNext = Math.Clamp(blocks - PieceBlocks, 0, PieceBlocks);
            for (var block = 0; block < Math.Min(PieceBlocks, blocks); block++)
            {
                // Each block's time is for a quarter of the next piece, and to ask for the quarter after it.
                for (var i = 0; i < TGroups.Count; i++)
                {
                    Read<TGroups>(nextPiece, (block * TGroups.Count) + i, next, lanes, blocksInNext);
                }

                var coming = block == PieceBlocks - 1 ? next + (PieceBlocks * BlockSize) : next;
                var comingLanes = lanes + ((block + 1) % PieceBlocks * TGroups.Count * 4);
                for (var group = 0; group < TGroups.Count; group++)
                {
                    Turn(schedule + (group * Rounds), piece + (block * blockWords) + (group * Words));
                }

                Compress<TGroups>(state, schedule, coming, comingLanes);
            }

            var read = piece;
            piece = nextPiece;
            nextPiece = read;
            data = next;
        }

        new Span<Vector512<uint>>(state, states.Length).CopyTo(states);

        // What is hashed is secret.
        NativeMemory.Clear(room, RoomSize);
    }

    /// <summary>One block of every message; in the meantime <see cref="PieceBlocks"/> blocks are asked for of four messages of each group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Compress<TGroups>(Vector512<uint>* state, Vector512<uint>* schedule, byte* coming, int* comingLanes)
        where TGroups : struct, IGroups
    {
        var constants = (uint*)Unsafe.AsPointer(ref Unsafe.AsRef(in RoundConstants[0]));
        Vector512<uint> a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        Vector512<uint> i = default, j = default, k = default, l = default, m = default, n = default, o = default, p = default;
        if (TGroups.Count == 2)
        {
            i = state[8];
            j = state[9];
            k = state[10];
            l = state[11];
            m = state[12];
            n = state[13];
            o = state[14];
            p = state[15];
        }

        for (var t = 0; t < Rounds; t += RoundsPerTurn)
        {
            // Spread over the rounds: so many at once would hold up everything else that reads.
            Ask(coming + comingLanes[t / RoundsPerTurn * TGroups.Count / 2]);
            var w = schedule + t;
            var extend = t < Rounds - Words;
            Pair<TGroups>(a, b, c, ref d, e, f, g, ref h, i, j, k, ref l, m, n, o, ref p, w, constants[t], extend);
            Pair<TGroups>(h, a, b, ref c, d, e, f, ref g, p, i, j, ref k, l, m, n, ref o, w + 1, constants[t + 1], extend);
            Pair<TGroups>(g, h, a, ref b, c, d, e, ref f, o, p, i, ref j, k, l, m, ref n, w + 2, constants[t + 2], extend);
            Pair<TGroups>(f, g, h, ref a, b, c, d, ref e, n, o, p, ref i, j, k, l, ref m, w + 3, constants[t + 3], extend);
            Pair<TGroups>(e, f, g, ref h, a, b, c, ref d, m, n, o, ref p, i, j, k, ref l, w + 4, constants[t + 4], extend);
            Pair<TGroups>(d, e, f, ref g, h, a, b, ref c, l, m, n, ref o, p, i, j, ref k, w + 5, constants[t + 5], extend);
            Pair<TGroups>(c, d, e, ref f, g, h, a, ref b, k, l, m, ref n, o, p, i, ref j, w + 6, constants[t + 6], extend);
            Pair<TGroups>(b, c, d, ref e, f, g, h, ref a, j, k, l, ref m, n, o, p, ref i, w + 7, constants[t + 7], extend);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
        if (TGroups.Count == 2)
        {
            state[8] += i;
            state[9] += j;
            state[10] += k;
            state[11] += l;
            state[12] += m;
            state[13] += n;
            state[14] += o;
            state[15] += p;
        }
    }

    /// <summary>A round of each group, and the word that its schedule needs sixteen rounds later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair<TGroups>(
        Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, ref Vector512<uint> d, Vector512<uint> e, Vector512<uint> f, Vector512<uint> g, ref Vector512<uint> h,
        Vector512<uint> i, Vector512<uint> j, Vector512<uint> k, ref Vector512<uint> l, Vector512<uint> m, Vector512<uint> n, Vector512<uint> o, ref Vector512<uint> p,
        Vector512<uint>* schedule, uint constant, bool extend)
        where TGroups : struct, IGroups
    {
        var added = Vector512.Create(constant);
        Round(a, b, c, ref d, e, f, g, ref h, schedule[0] + added);
        if (TGroups.Count == 2)
        {
            Round(i, j, k, ref l, m, n, o, ref p, schedule[Rounds] + added);
        }

        if (extend)
        {
            Extend(schedule);
            if (TGroups.Count == 2)
            {
                Extend(schedule + Rounds);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, ref Vector512<uint> d, Vector512<uint> e, Vector512<uint> f, Vector512<uint> g, ref Vector512<uint> h, Vector512<uint> word)
    {
        var sum1 = Avx512F.TernaryLogic(Avx512F.RotateRight(e, 6), Avx512F.RotateRight(e, 11), Avx512F.RotateRight(e, 25), Xor);
        var sum0 = Avx512F.TernaryLogic(Avx512F.RotateRight(a, 2), Avx512F.RotateRight(a, 13), Avx512F.RotateRight(a, 22), Xor);
        var first = h + word + Avx512F.TernaryLogic(e, f, g, Choose) + sum1;
        d += first;
        h = first + (sum0 + Avx512F.TernaryLogic(a, b, c, Majority));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Extend(Vector512<uint>* schedule)
    {
        var (x, y) = (schedule[1], schedule[14]);
        var sigma0 = Avx512F.TernaryLogic(Avx512F.RotateRight(x, 7), Avx512F.RotateRight(x, 18), x >>> 3, Xor);
        var sigma1 = Avx512F.TernaryLogic(Avx512F.RotateRight(y, 17), Avx512F.RotateRight(y, 19), y >>> 10, Xor);
        schedule[Words] = (sigma0 + schedule[0]) + (sigma1 + schedule[9]);
    }

    /// <summary>Asks for every cache line of a piece, which lies across one more than it fills. A hint alone: beyond the end of the data it does no harm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ask(byte* piece)
    {
        for (var block = 0; block < PieceBlocks; block++)
        {
            Sse.Prefetch0(piece + (block * BlockSize));
        }

        Sse.Prefetch0(piece + (PieceBlocks * BlockSize) - 1);
    }

    /// <summary>Blocks of four messages, turned so that in vector 4j + q of a block's sixteen the 128-bit part p holds word 4p + j of the q-th four messages.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Read<TGroups>(Vector512<uint>* piece, int four, byte* data, int* lanes, int blocks)
        where TGroups : struct, IGroups
    {
        lanes += four * 4;
        byte* first = data + lanes[0], second = data + lanes[1], third = data + lanes[2], fourth = data + lanes[3];
        piece += (four / 4 * Words) + (four % 4);
        for (var block = 0; block < blocks; block++)
        {
            var (x0, x1) = (BigEndian(first), BigEndian(second));
            var (x2, x3) = (BigEndian(third), BigEndian(fourth));
            var low01 = Avx512F.UnpackLow(x0, x1).AsUInt64();
            var high01 = Avx512F.UnpackHigh(x0, x1).AsUInt64();
            var low23 = Avx512F.UnpackLow(x2, x3).AsUInt64();
            var high23 = Avx512F.UnpackHigh(x2, x3).AsUInt64();
            piece[0] = Avx512F.UnpackLow(low01, low23).AsUInt32();
            piece[4] = Avx512F.UnpackHigh(low01, low23).AsUInt32();
            piece[8] = Avx512F.UnpackLow(high01, high23).AsUInt32();
            piece[12] = Avx512F.UnpackHigh(high01, high23).AsUInt32();
            piece += TGroups.Count * Words;
            first += BlockSize;
            second += BlockSize;
            third += BlockSize;
            fourth += BlockSize;
        }
    }

    /// <summary>The sixteen words of one message's block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> BigEndian(byte* block) => Avx512BW.Shuffle(
        Vector512.Load(block),
        Vector512.Create(
            (byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12,
            3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12,
            3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12,
            3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)).AsUInt32();

    /// <summary>The other half of the turn: a register then holds the same word of every message.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(Vector512<uint>* schedule, Vector512<uint>* block)
    {
        for (var j = 0; j < 4; j++)
        {
            var x = block + (4 * j);
            var low01 = Avx512F.Shuffle4x128(x[0], x[1], 0x44);
            var high01 = Avx512F.Shuffle4x128(x[0], x[1], 0xEE);
            var low23 = Avx512F.Shuffle4x128(x[2], x[3], 0x44);
            var high23 = Avx512F.Shuffle4x128(x[2], x[3], 0xEE);
            schedule[j] = Avx512F.Shuffle4x128(low01, low23, 0x88);
            schedule[4 + j] = Avx512F.Shuffle4x128(low01, low23, 0xDD);
            schedule[8 + j] = Avx512F.Shuffle4x128(high01, high23, 0x88);
            schedule[12 + j] = Avx512F.Shuffle4x128(high01, high23, 0xDD);
        }
    }

    private readonly struct One : IGroups
    {
        public static int Count => 1;
    }

    private readonly struct Two : IGroups
    {
        public static int Count => 2;
    }
}
