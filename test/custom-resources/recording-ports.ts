import { BegunRequest, RequestPorts, Response } from '../../src/custom-resources/requests';

/** What a function asks for and answers. */
export class RecordingPorts implements RequestPorts {
  public readonly logs: string = 'the-log-group';
  public readonly asked: BegunRequest[] = [];
  public readonly answers: { readonly url: string; readonly response: Response }[] = [];

  public async keepAsking(request: BegunRequest): Promise<void> {
    this.asked.push(request);
  }

  public async answer(url: string, response: Response): Promise<void> {
    this.answers.push({ url, response });
  }
}
