using System.Globalization;

namespace TrustedServe.Protocol.Rpc;

/// <summary>How an answer says that rows of its request were cut, where the model's manifest allows that.</summary>
public static class Truncation
{
    /// <summary>Parameter of an answer: true when a row was cut; absent otherwise.</summary>
    public const string Parameter = "truncated";

    /// <summary>Parameter of an answer: the rows that were cut, from 0, with commas between.</summary>
    public const string RowsParameter = "truncated_rows";

    /// <summary>Notes rows that were cut.</summary>
    public static void Set(ModelInferResponse response, IEnumerable<int> rows)
    {
        ArgumentNullException.ThrowIfNull(response);
        response.Parameters[Parameter] = new InferParameter { BoolParam = true };
        response.Parameters[RowsParameter] = new InferParameter { StringParam = string.Join(',', rows) };
    }

    /// <summary>The rows that were cut, with commas between; null when none was.</summary>
    public static string? RowsOf(ModelInferResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.Parameters.TryGetValue(RowsParameter, out var rows) && rows.StringParam.Length > 0 ? rows.StringParam : null;
    }

    /// <summary>Whether a row was cut. Allocates nothing: it is asked for every row of a batch job.</summary>
    public static bool Has(ModelInferResponse response, int row)
    {
        var rows = RowsOf(response).AsSpan();
        foreach (var range in rows.Split(','))
        {
            if (int.TryParse(rows[range], NumberStyles.None, CultureInfo.InvariantCulture, out var cut) && cut == row)
            {
                return true;
            }
        }

        return false;
    }
}
