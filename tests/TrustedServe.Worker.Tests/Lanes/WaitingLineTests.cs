using CsCheck;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Tests.Lanes;

public sealed class WaitingLineTests
{
    [Fact]
    public void AnyArrivalsAndDepartures_LeaveWhatAListWouldLeave() =>
        Gen.Int[-10, 10].Array[0, 60].Sample(operations =>
        {
            var line = new WaitingLine();
            var model = new List<LaneWork>();
            foreach (var operation in operations)
            {
                if (operation >= 0 || model.Count == 0)
                {
                    var work = new GatedWork();
                    line.Add(work);
                    model.Add(work);
                }
                else
                {
                    var leaving = model[-operation % model.Count];
                    line.Remove(leaving);
                    model.Remove(leaving);
                    Assert.False(leaving.IsWaiting);
                }
            }

            Assert.Equal(model.Count, line.Count);
            foreach (var expected in model)
            {
                Assert.Same(expected, line.First);
                line.Remove(expected);
            }

            Assert.Null(line.First);
        });
}
