using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TrustedServe.Packaging.Sealing;

/// <summary>
/// GHASH (NIST SP 800-38D, section 6.4) by carry-less multiplication, sixteen blocks at once. The standard counts a block's bits
/// from the other end than the processor: blocks are taken with their bytes reversed, and the hash key is multiplied by x once, so
/// that a product of such numbers is the product of what they stand for.
/// </summary>
internal static unsafe class Ghash
{
    public const int BlocksAtOnce = 16;
    public const int VectorsAtOnce = BlocksAtOnce * BlockSize / 64;

    private const int BlockSize = Aes256Counter.BlockSize;

    // x^128 + x^127 + x^126 + x^121 + 1, without its highest term.
    private const ulong Polynomial = 0xc200000000000000;
    private const byte LowByLow = 0x00;
    private const byte HighByLow = 0x01;
    private const byte LowByHigh = 0x10;
    private const byte HighByHigh = 0x11;

    public static bool IsSupported => Pclmulqdq.V512.IsSupported && Avx512BW.IsSupported;

    /// <summary>Writes the powers of the hash key from the sixteenth to the first.</summary>
    public static void ExpandKey(Vector128<byte> key, Vector128<ulong>* powers)
    {
        var h = Reverse(key).AsUInt64();
        var carry = h[1] >> 63;
        h = Vector128.Create((h[0] << 1) ^ carry, (h[1] << 1) ^ (h[0] >> 63) ^ (carry * Polynomial));
        powers[BlocksAtOnce - 1] = h;
        for (var i = BlocksAtOnce - 2; i >= 0; i--)
        {
            powers[i] = Multiply(powers[i + 1], h);
        }
    }

    /// <summary>A block with its bytes in the opposite order.</summary>
    public static Vector128<byte> Reverse(Vector128<byte> block) =>
        Ssse3.Shuffle(block, Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));

    /// <summary>A product in the field.</summary>
    public static Vector128<ulong> Multiply(Vector128<ulong> x, Vector128<ulong> y)
    {
        var polynomial = Vector128.Create(1UL, Polynomial);
        var low = Pclmulqdq.CarrylessMultiply(x, y, LowByLow);
        var middle = Pclmulqdq.CarrylessMultiply(x, y, HighByLow) ^ Pclmulqdq.CarrylessMultiply(x, y, LowByHigh);
        var high = Pclmulqdq.CarrylessMultiply(x, y, HighByHigh);

        // Twice the lowest 64 bits are taken out of the product by adding a multiple of the polynomial.
        middle ^= Swap(low) ^ Pclmulqdq.CarrylessMultiply(low, polynomial, LowByHigh);
        return high ^ Swap(middle) ^ Pclmulqdq.CarrylessMultiply(middle, polynomial, LowByHigh);
    }

    /// <summary>Takes in sixteen blocks; they are reduced together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Sixteen(Vector128<ulong> hash, byte* blocks, Vector512<ulong> h0, Vector512<ulong> h1, Vector512<ulong> h2, Vector512<ulong> h3)
    {
        var x0 = Load(blocks) ^ hash.ToVector256().ToVector512();
        var x1 = Load(blocks + 64);
        var x2 = Load(blocks + 128);
        var x3 = Load(blocks + 192);
        var low = Sum(x0, h0, x1, h1, x2, h2, x3, h3, LowByLow);
        var high = Sum(x0, h0, x1, h1, x2, h2, x3, h3, HighByHigh);
        var middle = Sum(x0, h0, x1, h1, x2, h2, x3, h3, HighByLow) ^ Sum(x0, h0, x1, h1, x2, h2, x3, h3, LowByHigh);
        var polynomial = Vector512.Create(1UL, Polynomial, 1UL, Polynomial, 1UL, Polynomial, 1UL, Polynomial);
        middle ^= Swap(low) ^ Pclmulqdq.V512.CarrylessMultiply(low, polynomial, LowByHigh);
        high ^= Swap(middle) ^ Pclmulqdq.V512.CarrylessMultiply(middle, polynomial, LowByHigh);
        var half = high.GetLower() ^ high.GetUpper();
        return half.GetLower() ^ half.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Sum(
        Vector512<ulong> x0, Vector512<ulong> h0, Vector512<ulong> x1, Vector512<ulong> h1,
        Vector512<ulong> x2, Vector512<ulong> h2, Vector512<ulong> x3, Vector512<ulong> h3, [ConstantExpected] byte halves) =>
        Pclmulqdq.V512.CarrylessMultiply(x0, h0, halves) ^ Pclmulqdq.V512.CarrylessMultiply(x1, h1, halves)
        ^ Pclmulqdq.V512.CarrylessMultiply(x2, h2, halves) ^ Pclmulqdq.V512.CarrylessMultiply(x3, h3, halves);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Load(byte* blocks) => Avx512BW.Shuffle(
        Vector512.Load(blocks),
        Vector512.Create(
            (byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
            15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)).AsUInt64();

    private static Vector128<ulong> Swap(Vector128<ulong> x) => Sse2.Shuffle(x.AsUInt32(), 0x4E).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Swap(Vector512<ulong> x) => Avx512F.Shuffle(x.AsUInt32(), 0x4E).AsUInt64();
}
