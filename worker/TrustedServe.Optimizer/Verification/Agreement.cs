namespace TrustedServe.Optimizer.Verification;

/// <summary>How far the answers of two graphs lie apart, sample by sample.</summary>
internal sealed class Agreement
{
    private double sum;
    private long elements;

    /// <summary>Rows seen.</summary>
    public int Rows { get; private set; }

    /// <summary>Rows whose best class is the same.</summary>
    public int AgreeingRows { get; private set; }

    /// <summary>Largest difference of an element; not a number when one answer has such an element.</summary>
    public double Largest { get; private set; }

    /// <summary>Mean difference of the elements.</summary>
    public double Mean => elements == 0 ? 0 : sum / elements;

    /// <summary>Adds a sample. Outputs of other shapes agree in nothing.</summary>
    public void Add(ModelOutput[] expected, ModelOutput[] seen)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            var best = expected[i].Best();
            Rows += best.Length;
            if (!expected[i].Shape.SequenceEqual(seen[i].Shape))
            {
                Largest = double.NaN;
                continue;
            }

            AgreeingRows += best.Zip(seen[i].Best()).Count(pair => pair.First == pair.Second);
            foreach (var (want, got) in expected[i].Elements.Zip(seen[i].Elements))
            {
                var difference = want.Equals(got) ? 0 : Math.Abs((double)want - got);
                Largest = double.IsNaN(difference) ? difference : Math.Max(Largest, difference);
                sum += difference;
                elements++;
            }
        }
    }
}
