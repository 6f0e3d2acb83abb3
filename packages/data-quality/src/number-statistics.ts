/** Count, sum, mean, spread and range of numbers that come one by one. */
export class NumberStatistics {
  #count = 0;
  #sum = 0;
  /** What rounding took from the sum (Neumaier's summation). */
  #lost = 0;
  #mean = 0;
  #squares = 0;
  #least = Number.POSITIVE_INFINITY;
  #greatest = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.#count++;
    const sum = this.#sum + value;
    this.#lost += Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - sum + value : value - sum + this.#sum;
    this.#sum = sum;
    // Welford's update: it does not subtract large squares from each other.
    const difference = value - this.#mean;
    this.#mean += difference / this.#count;
    this.#squares += difference * (value - this.#mean);
    if (value < this.#least) this.#least = value;
    if (value > this.#greatest) this.#greatest = value;
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum + this.#lost;
  }

  get mean(): number {
    return this.sum / this.#count;
  }

  /** Of the whole population: divided by the count. */
  get standardDeviation(): number {
    return Math.sqrt(this.#squares / this.#count);
  }

  get least(): number {
    return this.#least;
  }

  get greatest(): number {
    return this.#greatest;
  }
}
