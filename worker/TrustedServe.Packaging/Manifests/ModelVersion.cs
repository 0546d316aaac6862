namespace TrustedServe.Packaging.Manifests;

/// <summary>Versions of models: one to four dotted numbers of up to nine digits without leading zeros, compared number by number.</summary>
public static class ModelVersion
{
    private const int MaxNumbers = 4;
    private const int MaxDigits = 9;

    /// <summary>Whether the text is a version.</summary>
    public static bool IsValid(string? version) => version is not null && TryRead(version, stackalloc int[MaxNumbers]);

    /// <summary>Compares two valid versions; missing numbers count as zero, so <c>1</c> equals <c>1.0</c>.</summary>
    /// <exception cref="ArgumentException">When one of them is not valid.</exception>
    public static int Compare(string left, string right)
    {
        Span<int> leftNumbers = stackalloc int[MaxNumbers];
        Span<int> rightNumbers = stackalloc int[MaxNumbers];
        if (!TryRead(left, leftNumbers) || !TryRead(right, rightNumbers))
        {
            throw new ArgumentException("Only valid versions can be compared.");
        }

        return leftNumbers.SequenceCompareTo(rightNumbers);
    }

    private static bool TryRead(ReadOnlySpan<char> version, Span<int> numbers)
    {
        numbers.Clear();
        var count = 0;
        foreach (var range in version.Split('.'))
        {
            var digits = version[range];
            if (count == MaxNumbers || digits.Length is 0 or > MaxDigits || (digits.Length > 1 && digits[0] == '0') || digits.ContainsAnyExceptInRange('0', '9'))
            {
                return false;
            }

            foreach (var digit in digits)
            {
                numbers[count] = (numbers[count] * 10) + (digit - '0');
            }

            count++;
        }

        return count > 0;
    }
}
